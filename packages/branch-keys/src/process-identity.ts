// Which process this is, told from every other one for good, and whether another one has ended.
//
// The process id alone tells neither. Containers of one pod share host name and folders, yet each counts its processes
// from 1; and ids are used again. So Linux is asked for the run of the kernel, the namespaces that the id counts in and
// the moment of the start. Of a process that none of this makes comparable nothing can be told.
//
// branch-keys/src and memory-kms/src/state have the same file, since neither may import the other; a test compares them.

import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** What identifies a process. Texts are empty where the system does not say, and in lock files of former versions. */
export type ProcessIdentity = {
  readonly pid: number;
  readonly host: string;
  /** Of this run of this kernel: Linux's `boot_id`. */
  readonly boot: string;
  /** What `pid` and `started` count in, such as `pid:[4026531836] time:[4026531834]`. */
  readonly namespaces: string;
  /** When it started, in clock ticks since boot: no later process with the same id has it. */
  readonly started: string;
};

/** What a process knows of itself and may ask of others. */
export type ProcessFacts = {
  readonly self: ProcessIdentity;
  /** Whether processes of one host name can be in different PID namespaces, as on Linux. */
  readonly hasNamespaces: boolean;
  /** @returns False only where the system is sure that no process has this id. */
  exists(pid: number): boolean;
  /** @returns As `started`; empty where the system does not say. */
  startOf(pid: number): string;
};

/** Whether a process has ended; `unknown` where that can't be told from here. */
export type Verdict = 'dead' | 'running' | 'unknown';

/**
 * Tells whether a process has ended.
 *
 * Another boot id proves no restart: it may be another machine of the same name. That the host name must agree as well
 * is for copies of a virtual machine, which have one boot id.
 */
export function judgeProcess(found: ProcessIdentity, { self, hasNamespaces, exists, startOf }: ProcessFacts): Verdict {
  if (found.host !== self.host || found.boot !== self.boot || found.namespaces !== self.namespaces) return 'unknown';
  if (hasNamespaces && (self.boot === '' || self.namespaces === '')) return 'unknown';
  // Zero and less are groups of processes.
  if (found.pid <= 0) return 'unknown';
  if (!exists(found.pid)) return 'dead';
  const started = startOf(found.pid);
  if (started === '' || found.started === '') return 'unknown';
  return started === found.started ? 'running' : 'dead';
}

/** Says to people which process it is, and what is known of it: `process 12 on "web-1", which is running`. */
export function describeProcess(found: ProcessIdentity, verdict: Verdict): string {
  const name = `process ${found.pid} on ${JSON.stringify(found.host)}`;
  if (verdict !== 'unknown') return `${name}, which ${verdict === 'dead' ? 'has ended' : 'is running'}`;
  const where = [found.namespaces, found.boot && `boot ${found.boot}`].filter((text) => text !== '').join(', ');
  return `${name}${where && ` (${where})`}, of which cannot be told from here whether it still runs`;
}

/** @returns The identity in what was read from a lock file; undefined where there is none. */
export function decodeIdentity(value: unknown): ProcessIdentity | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { pid, host, boot, namespaces, started }: Partial<Record<keyof ProcessIdentity, unknown>> = value;
  if (typeof pid !== 'number' || typeof host !== 'string') return undefined;
  return { pid, host, boot: textIn(boot), namespaces: textIn(namespaces), started: textIn(started) };
}

/** The system's answers, those on this process as of now. */
export function systemFacts(): ProcessFacts {
  const self: ProcessIdentity = {
    pid: process.pid,
    host: hostname(),
    boot: contentOf('/proc/sys/kernel/random/boot_id').trim(),
    namespaces: ownNamespaces(),
    started: startTimeIn(contentOf('/proc/self/stat')),
  };
  return { self, hasNamespaces: process.platform === 'linux', exists, startOf };
}

/**
 * Takes the 22nd field of Linux's `/proc/<pid>/stat`: clock ticks since boot.
 *
 * The second field is the name of the program in parentheses, in which there may be any character, parentheses too.
 *
 * @see proc_pid_stat(5)
 */
export function startTimeIn(stat: string): string {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/**
 * The time namespace is there for `started`, which `/proc` tells by the clock of whoever reads it.
 *
 * @returns Empty also where `/proc` is that of another PID namespace: our process ids are those of others there.
 */
function ownNamespaces(): string {
  // The ids of this process in the namespace of `/proc` and in all below it, down to its own; Linux 4.1 and later.
  const ids = /^NSpid:\s*(.*)$/m.exec(contentOf('/proc/self/status'))?.[1] ?? targetOf('/proc/self');
  const pidNamespace = targetOf('/proc/self/ns/pid');
  if (ids !== `${process.pid}` || pidNamespace === '') return '';
  return `${pidNamespace} ${targetOf('/proc/self/ns/time')}`.trim();
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function startOf(pid: number): string {
  return startTimeIn(contentOf(`/proc/${pid}/stat`));
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function targetOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
