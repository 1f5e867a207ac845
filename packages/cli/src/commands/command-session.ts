import type { Session } from '../session.ts';

/** What a command is added with: its session, and where its exit code goes. */
export type CommandSession = {
  readonly session: Session;
  /** Runs the work of a command and keeps its exit code. */
  run(options: { readonly quiet?: boolean; readonly json?: boolean }, work: () => Promise<number>): Promise<void>;
};
