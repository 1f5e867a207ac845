#!/usr/bin/env node
import { runCommand } from './server/run-command.ts';

void runCommand(process.argv.slice(2), {
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
  untilStopped: () =>
    new Promise((resolve) => {
      // Keeps the process alive, which the server itself does not.
      const hold = setInterval(() => undefined, 0x7fff_ffff);
      const stop = () => {
        clearInterval(hold);
        resolve();
      };
      process.once('SIGINT', stop).once('SIGTERM', stop);
    }),
}).then((code) => {
  process.exitCode = code;
});
