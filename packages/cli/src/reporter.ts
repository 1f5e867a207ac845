// Everything that commands say: to people on standard error, to programs as lines of JSON.

import { describeError, describeFailureOf, isExplainable, reportError } from './describe-error.ts';
import { printable } from './printable-text.ts';
import { ProgressBar } from './progress-bar.ts';
import type { Terminal } from './terminal.ts';

/** How much is said, and to whom. */
export type ReporterOptions = {
  readonly quiet?: boolean | undefined;
  readonly json?: boolean | undefined;
};

/** What was done to one input, as `--json` prints it. */
export type Outcome = Readonly<Record<string, unknown>> & {
  /** For people; undefined where they see by the output itself that it is done. */
  readonly summary: string | undefined;
};

/** Says what happens. Results of `--json` go to standard output, unless that carries data: then to standard error. */
export class Reporter {
  readonly #terminal: Terminal;
  #options: ReporterOptions = {};
  #carriesData = false;
  readonly #noticed = new Set<string>();
  #bar: ProgressBar | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Options are known only once the command line is parsed. */
  configure(options: ReporterOptions): void {
    this.#options = options;
  }

  /** From now on standard output carries data. */
  reserveStdout(): void {
    this.#carriesData = true;
  }

  /** Something that the user should know, once; not an error. */
  notice(text: string): void {
    if (this.#options.quiet || this.#noticed.has(text)) return;
    this.#noticed.add(text);
    this.#complain(`waxseal: ${text}`);
  }

  /** One input is done. */
  done({ summary, ...facts }: Outcome): void {
    this.endProgress();
    if (this.#options.json) this.#json(facts);
    else if (!this.#options.quiet && summary !== undefined) this.#complain(summary);
  }

  /** Something failed; `input` is the file, or `-`, that it failed on, where it was one. */
  failed(error: unknown, input?: string): void {
    this.endProgress();
    if (this.#options.json) {
      this.#json({ ...(input === undefined ? {} : { input }), error: reportError(error) });
      return;
    }
    const text = input === undefined ? describeError(error) : describeFailureOf(input, error);
    this.#complain(`waxseal: ${text}${isExplainable(error) ? ' (waxseal explain says more)' : ''}`);
  }

  /** The answer to a question, on standard output: as JSON or as text. */
  answer(facts: Readonly<Record<string, unknown>>, text: string): void {
    this.#terminal.stdout.write(this.#options.json ? `${JSON.stringify(facts)}\n` : `${text}\n`);
  }

  /**
   * Shows a bar, where standard error is a terminal.
   *
   * @param total - Bytes of the input; undefined where nobody knows.
   * @returns What to call with the bytes done so far.
   */
  progress(name: string, total: number | undefined): (bytesDone: number) => void {
    this.endProgress();
    if (this.#options.quiet || this.#options.json || this.#terminal.stderr.isTTY !== true) return () => {};
    const bar = new ProgressBar(this.#terminal.stderr, printable(name), total);
    this.#bar = bar;
    return (bytesDone) => bar.update(bytesDone);
  }

  /** Takes the bar away; whatever else is said does so too. */
  endProgress(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #json(facts: Readonly<Record<string, unknown>>): void {
    const stream = this.#carriesData ? this.#terminal.stderr : this.#terminal.stdout;
    stream.write(`${JSON.stringify(facts)}\n`);
  }

  #complain(line: string): void {
    // Names of files are chosen by others, too.
    this.#terminal.stderr.write(`${printable(line)}\n`);
  }
}
