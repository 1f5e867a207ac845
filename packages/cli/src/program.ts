// The command line as a whole.

import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addCatCommand } from './commands/cat-command.ts';
import type { CommandSession } from './commands/command-session.ts';
import { addDecryptCommand } from './commands/decrypt-command.ts';
import { addEncryptCommand } from './commands/encrypt-command.ts';
import { addExplainCommand } from './commands/explain-command.ts';
import { addInspectCommand } from './commands/inspect-command.ts';
import { addKeygenCommand } from './commands/keygen-command.ts';
import { addReencryptCommand } from './commands/reencrypt-command.ts';

const DESCRIPTION = `Encrypts files under keys that never leave KMS, in the AWS Encryption SDK's message format: every official SDK opens
what this writes, and the other way round.`;

const HELP = `
To try it out, without an AWS account:
  $ waxseal encrypt --local notes.txt       makes notes.txt.wax
  $ waxseal inspect notes.txt.wax           shows what the message says about itself
  $ waxseal decrypt --local notes.txt.wax -o -

waxseal COMMAND --help tells more. Exit codes: 0 done, 2 wrong usage, 3 not a message, 4 not authentic or not for these
keys, 5 refused, 6 try again, 7 a file could not be read or written, 8 a part of the output was written: discard it.`;

/** Makes the parser, with every command. It never ends the process. */
export function createProgram(commandSession: CommandSession): Command {
  const { terminal } = commandSession.session;
  const program = new Command('waxseal')
    .description(DESCRIPTION)
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', HELP)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      // What is wrong is said once, by main.
      writeErr: () => {},
    });
  addEncryptCommand(program, commandSession);
  addDecryptCommand(program, commandSession);
  addReencryptCommand(program, commandSession);
  addInspectCommand(program, commandSession);
  addCatCommand(program, commandSession);
  addExplainCommand(program, commandSession);
  addKeygenCommand(program, commandSession);
  return program;
}

function readVersion(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return manifest.version;
}
