// What an import costs: time, memory and bytes, beside the official SDK on the same machine at the same time.

import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { ROOT } from '../src/sources/workspace.ts';
import { Project, run } from './workshop.ts';

const tarballs = inject('tarballs');
const ROUNDS = 9;

/** The bars hold on a machine on which the official SDK takes this long; others are judged in proportion. */
const REFERENCE_OFFICIAL_MS = 280;
const BARS_MS = { core: 40, waxseal: 80 } as const;

type Subject = { readonly name: string; readonly code: string; readonly cwd: () => string };
/** `cpuMs` is what the import takes on a machine that has nothing else to do; `ms` went by on this one. */
type Measured = { readonly ms: number; readonly cpuMs: number; readonly rssMb: number };
type Cost = Measured & { readonly minifiedKb: number };

let project: Project;
const conformance = join(ROOT, 'packages', 'conformance');
const subjects: Readonly<Record<'official' | 'core' | 'waxseal' | 'awsKms', Subject>> = {
  official: {
    name: '@aws-crypto/client-node',
    code: "import { buildClient, RawAesKeyringNode } from '@aws-crypto/client-node'; globalThis.used = [buildClient, RawAesKeyringNode];",
    cwd: () => conformance,
  },
  core: {
    name: '@waxseal/core',
    code: "import { encrypt, decrypt } from '@waxseal/core'; globalThis.used = [encrypt, decrypt];",
    cwd: () => project.path,
  },
  waxseal: {
    name: 'waxseal, raw keyrings',
    code: "import { encrypt, decrypt, RawAesKeyring } from 'waxseal'; globalThis.used = [encrypt, decrypt, RawAesKeyring];",
    cwd: () => project.path,
  },
  awsKms: {
    name: 'waxseal with waxseal/aws',
    code: "import { encrypt, decrypt, KmsKeyring } from 'waxseal'; import { awsKms } from 'waxseal/aws'; globalThis.used = [encrypt, decrypt, KmsKeyring, awsKms];",
    cwd: () => project.path,
  },
};

beforeAll(async () => {
  project = await Project.create({ 'package.json': '{ "private": true }' });
  const { waxseal: _facade, '@waxseal/cli': _cli, '@waxseal/memory-kms': _kms, ...parts } = tarballs;
  project.installWithNpm([...Object.values(parts), tarballs['waxseal'] ?? '', '@aws-sdk/client-kms@3']);
});
afterAll(() => project.remove());

/** Time and memory of one import in a fresh process. */
function importOnce({ code, cwd }: Subject): Measured {
  const names = [...code.matchAll(/from '([^']+)'/g)].map(([, name]) => name);
  const program = `
    const before = process.memoryUsage.rss();
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    await Promise.all(${JSON.stringify(names)}.map((name) => import(name)));
    const ms = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1000, rssMb: (process.memoryUsage.rss() - before) / 1e6 }));`;
  return JSON.parse(run('node', ['--no-warnings', '--input-type=module', '-e', program], { cwd: cwd() }));
}

async function minifiedKb({ code, cwd }: Subject): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: cwd(), loader: 'js' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
  });
  return (outputFiles[0]?.contents.length ?? 0) / 1000;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** All subjects in turn, round by round, so that a busy machine is busy for all of them. */
async function measure(): Promise<Record<keyof typeof subjects, Cost>> {
  const names = Object.keys(subjects) as (keyof typeof subjects)[];
  for (const name of names) importOnce(subjects[name]);
  const rounds = Array.from({ length: ROUNDS }, () =>
    Object.fromEntries(names.map((name) => [name, importOnce(subjects[name])])),
  );
  const costs = names.map(async (name) => {
    const pick = (field: keyof Measured): number => median(rounds.map((round) => round[name]?.[field] ?? Number.NaN));
    return [
      name,
      { ms: pick('ms'), cpuMs: pick('cpuMs'), rssMb: pick('rssMb'), minifiedKb: await minifiedKb(subjects[name]) },
    ] as const;
  });
  return Object.fromEntries(await Promise.all(costs)) as Record<keyof typeof subjects, Cost>;
}

describe('the cost of an import', () => {
  test('is printed, and stays below its bars', async () => {
    const costs = await measure();
    console.table(
      Object.entries(costs).map(([name, { ms, cpuMs, rssMb, minifiedKb: kb }]) => ({
        import: subjects[name as keyof typeof subjects].name,
        'CPU, ms': cpuMs.toFixed(1),
        'elapsed, ms': ms.toFixed(1),
        'RSS, MB': rssMb.toFixed(1),
        'minified, kB': kb.toFixed(0),
      })),
    );
    const scale = costs.official.cpuMs / REFERENCE_OFFICIAL_MS;
    expect(costs.core.cpuMs, '@waxseal/core, ms').toBeLessThan(BARS_MS.core * Math.max(1, scale));
    expect(costs.waxseal.cpuMs, 'waxseal, ms').toBeLessThan(BARS_MS.waxseal * Math.max(1, scale));
    expect(costs.waxseal.rssMb).toBeLessThan(costs.official.rssMb);
    expect(costs.core.minifiedKb).toBeLessThan(120);
  });
});
