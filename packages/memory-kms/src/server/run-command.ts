// The command `memory-kms`, apart from the process it runs in.

import { createControlRoutes } from '../control/control-routes.ts';
import { MemoryKms } from '../memory-kms.ts';
import { type CommandLine, HELP, parseCommandLine } from './command-line.ts';
import { startKmsServer } from './start-kms-server.ts';

/** The process as the command sees it. */
export interface CommandProcess {
  print(line: string): void;
  complain(line: string): void;
  /** Resolves when the command is to end; asked once, when the address has been printed and `Ready.` has not. */
  untilStopped(): Promise<void>;
}

/**
 * Runs the command.
 *
 * @param args - Without interpreter and script.
 * @returns The exit code: 0, 1 where it could not start, 2 for a wrong command line.
 */
export async function runCommand(args: readonly string[], around: CommandProcess): Promise<number> {
  const command = readCommand(args, around);
  if (command === undefined) return 2;
  if (command.kind === 'help') around.print(HELP);
  if (command.kind === 'version') around.print(VERSION);
  if (command.kind !== 'serve') return 0;
  try {
    await serve(command, around);
    return 0;
  } catch (error) {
    around.complain(`memory-kms: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

const VERSION = '0.1.0';

function readCommand(args: readonly string[], around: CommandProcess): CommandLine | undefined {
  try {
    return parseCommandLine(args);
  } catch (error) {
    around.complain(`memory-kms: ${error instanceof Error ? error.message : String(error)}`);
    around.complain('Try memory-kms --help');
    return undefined;
  }
}

async function serve(command: CommandLine & { kind: 'serve' }, around: CommandProcess): Promise<void> {
  const kms = new MemoryKms(command.kms);
  if (command.state !== undefined) await kms.openStateFile(command.state);
  const control = command.control ? createControlRoutes(kms) : undefined;
  const server = await startKmsServer(kms, { ...command.server, control });
  around.print(`memory-kms listens on ${server.url} (in memory, not for production)`);
  // Before `Ready.` is printed: whoever waits for it may stop the command at once.
  const stopped = around.untilStopped();
  // What Testcontainers waits for.
  around.print('Ready.');
  await stopped;
  await server.close();
}
