import { spawnSync } from 'node:child_process';

/** A command before which to put another one, so that it is process 1 of a PID namespace of its own, as in a container. */
export type PidNamespace = { readonly command: readonly string[] } | { readonly impossible: string };

const UNSHARE = ['unshare', '--pid', '--fork', '--kill-child'];
/** Who is not root may do it as root of a user namespace, where the system allows these. */
const AS_ROOT = ['--user', '--map-root-user'];

/** @param mountProc - Whether it gets a `/proc` of its own, as containers do. */
export function newPidNamespace(mountProc: boolean): PidNamespace {
  const own = [...UNSHARE, ...(mountProc ? ['--mount-proc'] : [])];
  let impossible = '';
  for (const command of [own, [...own, ...AS_ROOT]]) {
    const [program = '', ...parameters] = command;
    const { status, error, stderr } = spawnSync(program, [...parameters, 'true'], { encoding: 'utf8' });
    if (status === 0) return { command };
    impossible = error?.message ?? stderr.trim();
  }
  return { impossible: `no PID namespace to be had here: ${impossible}` };
}
