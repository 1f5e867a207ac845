// For scripts that tests start: ends the process when the one that started it is gone.

/** Needs standard input to be a pipe that the parent holds open: the system closes it however the parent ends. */
export function endWithParent(): void {
  process.stdin.once('close', () => process.exit(1));
  process.stdin.resume();
  if ('unref' in process.stdin) process.stdin.unref();
}
