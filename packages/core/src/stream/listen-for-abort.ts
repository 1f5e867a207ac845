/**
 * Waits for a signal with a listener of its own: `AbortSignal.any` keeps what it made alive as long as a long-lived signal
 * lives (Node 20), and a listener can be taken away.
 *
 * @param listener - Called once with the signal's reason; in a microtask when the signal is aborted already.
 * @returns Takes the listener away. May be called again.
 */
export function listenForAbort(signal: AbortSignal | undefined, listener: (reason: unknown) => void): () => void {
  if (signal === undefined) return () => {};
  let listening = true;
  const onAbort = (): void => {
    if (!listening) return;
    stop();
    listener(signal.reason);
  };
  const stop = (): void => {
    listening = false;
    signal.removeEventListener('abort', onAbort);
  };
  if (signal.aborted) queueMicrotask(onAbort);
  else signal.addEventListener('abort', onAbort);
  return stop;
}
