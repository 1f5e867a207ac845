// Packs the packages once for all packaging tests.

import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ROOT } from '../src/sources/workspace.ts';
import { PUBLISHED, packPackages, type Tarballs } from './workshop.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    tarballs: Tarballs;
  }
}

/** Called by vitest before the first test. @returns What it calls after the last one. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  for (const name of PUBLISHED) {
    await access(join(ROOT, 'packages', name, 'dist')).catch(() => {
      throw new Error('the packages are not built: run "npm run build" first');
    });
  }
  const folder = await mkdtemp(join(tmpdir(), 'waxseal-tarballs-'));
  project.provide('tarballs', await packPackages(folder));
  return () => rm(folder, { recursive: true, force: true });
}
