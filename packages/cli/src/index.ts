// @waxseal/cli as a library: to run the command line inside another program.

export { ExitCode } from './exit-code.ts';
export { InterruptedError } from './interrupted-error.ts';
export { type MainOptions, main } from './main.ts';
export type { Terminal } from './terminal.ts';
