import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** What a figure was measured on. */
export type Machine = {
  readonly node: string;
  readonly openssl: string;
  readonly processor: string;
  readonly cores: number;
};

/** This machine. */
export function describeMachine(): Machine {
  const all = cpus();
  return {
    node: process.version,
    openssl: process.versions.openssl,
    processor: all[0]?.model ?? 'unknown',
    cores: all.length,
  };
}

/** Starts to watch what other processes do; the result tells how many cores they kept busy since. */
export function watchOthers(): () => number {
  const startBusy = busySeconds();
  const startOwn = process.cpuUsage();
  const startTime = performance.now();
  return () => {
    if (startBusy === undefined) return 0;
    const own = process.cpuUsage(startOwn);
    const others = (busySeconds() ?? 0) - startBusy - (own.user + own.system) / 1e6;
    return Math.max(0, others / ((performance.now() - startTime) / 1000));
  };
}

/** Seconds that all cores worked since boot; undefined where the system does not tell. */
function busySeconds(): number | undefined {
  try {
    const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = readFileSync('/proc/stat', 'utf8')
      .split('\n', 1)
      .join()
      .split(/\s+/)
      .map(Number);
    return (user + nice + system + irq + softirq + steal) / 100;
  } catch {
    return undefined;
  }
}
