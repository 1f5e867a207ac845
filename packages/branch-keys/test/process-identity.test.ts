import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  decodeIdentity,
  describeProcess,
  judgeProcess,
  type ProcessFacts,
  type ProcessIdentity,
  startTimeIn,
  systemFacts,
} from '../src/process-identity.ts';

const ME: ProcessIdentity = {
  pid: 1,
  host: 'web-1',
  boot: 'boot-a',
  namespaces: 'pid:[10] time:[11]',
  started: '500',
};
/** What there is to know on macOS and Windows. */
const PLAIN: ProcessIdentity = { pid: 1, host: 'mac', boot: '', namespaces: '', started: '' };

/** A system in which these processes run, by id and start. */
function facts(self: ProcessIdentity, running: Readonly<Record<number, string>>, hasNamespaces = true): ProcessFacts {
  return { self, hasNamespaces, exists: (pid) => pid in running, startOf: (pid) => running[pid] ?? '' };
}

describe('judgeProcess, on Linux', () => {
  const here = facts(ME, { 1: '500', 7: '900' });

  it('knows running processes of its own namespace, dead ones, and those whose id is in use again', () => {
    expect(judgeProcess({ ...ME, pid: 7, started: '900' }, here)).toBe('running');
    expect(judgeProcess({ ...ME, pid: 8, started: '900' }, here)).toBe('dead');
    expect(judgeProcess({ ...ME, pid: 7, started: '899' }, here)).toBe('dead');
    expect(judgeProcess({ ...ME, pid: 1, started: '499' }, here)).toBe('dead');
  });

  it('judges no process of another namespace, boot or machine, whether its id is in use here or not', () => {
    for (const pid of [1, 7, 8]) {
      for (const other of [{ namespaces: 'pid:[12] time:[11]' }, { boot: 'boot-b' }, { host: 'web-2' }]) {
        expect(judgeProcess({ ...ME, pid, started: '1', ...other }, here), JSON.stringify(other)).toBe('unknown');
      }
    }
  });

  it('judges no lock of a former version, which tells process id and host alone', () => {
    for (const pid of [1, 7, 8]) expect(judgeProcess({ ...PLAIN, host: ME.host, pid }, here)).toBe('unknown');
  });

  it('judges nobody where /proc tells it nothing, not even processes that know as little', () => {
    expect(judgeProcess({ ...PLAIN, pid: 8 }, facts(PLAIN, { 1: '' }))).toBe('unknown');
    const noNamespaces = { ...ME, namespaces: '' };
    expect(judgeProcess({ ...noNamespaces, pid: 8 }, facts(noNamespaces, {}))).toBe('unknown');
  });

  it('leaves alone a process that runs and whose start is hidden, and what is no process id', () => {
    expect(judgeProcess({ ...ME, pid: 7 }, facts(ME, { 7: '' }))).toBe('unknown');
    expect(judgeProcess({ ...ME, pid: 7, started: '' }, here)).toBe('unknown');
    expect(judgeProcess({ ...ME, pid: 0 }, here)).toBe('unknown');
    expect(judgeProcess({ ...ME, pid: -8 }, here)).toBe('unknown');
  });
});

describe('judgeProcess, where processes have no namespaces', () => {
  const here = facts(PLAIN, { 1: '' }, false);

  it('goes by host name and process id', () => {
    expect(judgeProcess({ ...PLAIN, pid: 8 }, here)).toBe('dead');
    expect(judgeProcess(PLAIN, here)).toBe('unknown');
    expect(judgeProcess({ ...PLAIN, pid: 8, host: 'elsewhere' }, here)).toBe('unknown');
  });

  it('does not judge a Linux process that shares host name and folder', () => {
    expect(judgeProcess({ ...ME, host: PLAIN.host, pid: 8 }, here)).toBe('unknown');
  });
});

describe('describeProcess', () => {
  it('says who it is and what is known', () => {
    expect(describeProcess(ME, 'running')).toBe('process 1 on "web-1", which is running');
    expect(describeProcess(ME, 'dead')).toBe('process 1 on "web-1", which has ended');
    const unknown = 'of which cannot be told from here whether it still runs';
    expect(describeProcess(ME, 'unknown')).toBe(`process 1 on "web-1" (pid:[10] time:[11], boot boot-a), ${unknown}`);
    expect(describeProcess(PLAIN, 'unknown')).toBe(`process 1 on "mac", ${unknown}`);
  });
});

describe('decodeIdentity', () => {
  it('reads what was written, now or by a former version', () => {
    expect(decodeIdentity(JSON.parse(JSON.stringify({ ...ME, token: 'x' })))).toEqual(ME);
    expect(decodeIdentity({ pid: 1, host: 'mac' })).toEqual(PLAIN);
    expect(decodeIdentity({ pid: 1, host: 'mac', boot: 2, namespaces: null })).toEqual(PLAIN);
  });

  it('has nothing for what names no process', () => {
    for (const other of [undefined, null, 1, 'x', [], {}, { pid: '1', host: 'mac' }, { pid: 1 }]) {
      expect(decodeIdentity(other)).toBeUndefined();
    }
  });
});

describe('systemFacts', () => {
  it('find this process running, and one with an id above all that Linux gives dead', () => {
    const found = systemFacts();
    expect(found.self.pid).toBe(process.pid);
    expect(judgeProcess({ ...found.self, pid: 2 ** 22 + 1 }, found)).toBe('dead');
    expect(judgeProcess(found.self, found)).toBe(process.platform === 'linux' ? 'running' : 'unknown');
    expect(systemFacts().self).toEqual(found.self);
  });

  it('take the start from behind the name of the program, whatever is in that', () => {
    const fields = Array.from({ length: 30 }, (_, index) => `${index + 3}`).join(' ');
    for (const name of ['node', 'a b', 'x) S 1 2 (y', '))', ''])
      expect(startTimeIn(`7 (${name}) ${fields}`)).toBe('22');
    expect(startTimeIn('')).toBe('');
  });
});

it('is the same in memory-kms, which cannot import it', () => {
  const textOf = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
  expect(textOf('../../memory-kms/src/state/process-identity.ts')).toBe(textOf('../src/process-identity.ts'));
});
