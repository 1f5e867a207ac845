// @waxseal/core in a browser: what its bundle holds and weighs, and that it encrypts and decrypts in Chromium. Needs a build.

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { algorithmSuites, decrypt, encrypt, type Keyring } from '@waxseal/core';
import { type BuildResult, build, type OutputFile } from 'esbuild';
import { type BrowserContext, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PageMessage, PageReport } from '../src/browser-page.ts';

const MAX_BYTES = 120_000;
const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const FOLDER = fileURLToPath(new URL('..', import.meta.url));
const CORE = join(FOLDER, 'node_modules/@waxseal/core/dist/index.js');
const hasBrowser = existsSync(CHROMIUM);

/** Bundles as a user's tool does: for browsers, with no condition of ours and none of Node's. */
function bundle(contents: string, globalName?: string): Promise<BuildResult<{ write: false; metafile: true }>> {
  return build({
    stdin: { contents, resolveDir: FOLDER, loader: 'ts' },
    ...(globalName === undefined ? {} : { globalName }),
    format: globalName === undefined ? 'esm' : 'iife',
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    minify: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
}

function codeOf({ outputFiles }: Awaited<ReturnType<typeof bundle>>): OutputFile {
  const [file] = outputFiles;
  if (file === undefined) throw new Error('nothing was bundled');
  return file;
}

test('the package is built', () => {
  expect(existsSync(CORE), 'run `npm run build` first').toBe(true);
});

describe('the bundle of everything that @waxseal/core exports', () => {
  let result: Awaited<ReturnType<typeof bundle>>;
  beforeAll(async () => {
    result = await bundle("export * from '@waxseal/core';");
  });

  test('is made of core’s own files and of @noble/*, and of nothing else', () => {
    const inputs = Object.keys(result.metafile.inputs).filter((path) => path !== '<stdin>');
    const foreign = inputs.filter((path) => !/\/core\/dist\/|node_modules\/@noble\//.test(path));
    expect(foreign).toEqual([]);
    expect(inputs.filter((path) => path.includes('/core/dist/')).length).toBeGreaterThan(0);
  });

  test('has no AWS SDK, no lru-cache and no module of Node', () => {
    const [output] = Object.values(result.metafile.outputs);
    const imports = [
      ...Object.values(result.metafile.inputs).flatMap((input) => input.imports),
      ...(output?.imports ?? []),
    ];
    const paths = imports.map(({ path }) => path);
    expect(
      paths.filter((path) => /@aws-sdk|@smithy|lru-cache|^node:/.test(path) || builtinModules.includes(path)),
    ).toEqual([]);
    expect(codeOf(result).text).not.toMatch(/["']node:|require\(/);
    expect(result.errors).toEqual([]);
    // Chunks that are imported for their order alone and have no side effects are dropped, as they should be.
    expect(result.warnings.filter(({ id }) => id !== 'ignored-bare-import')).toEqual([]);
  });

  test(`is smaller than ${MAX_BYTES} bytes minified`, () => {
    const { length } = codeOf(result).contents;
    process.stdout.write(`@waxseal/core for browsers: ${length} bytes minified\n`);
    expect(length).toBeLessThan(MAX_BYTES);
  });

  test('leaves out what is not used', async () => {
    const { length } = codeOf(await bundle("export { parseMessageHeader } from '@waxseal/core';")).contents;
    process.stdout.write(`parseMessageHeader alone: ${length} bytes minified\n`);
    expect(length).toBeLessThan(codeOf(result).contents.length / 2);
  });
});

if (!hasBrowser) {
  process.stderr.write(
    `\n*** BROWSER TEST SKIPPED: no Chromium at ${CHROMIUM}. CHROMIUM_PATH names another place. ***\n\n`,
  );
}

describe.skipIf(!hasBrowser)('in headless Chromium', () => {
  let profile: string;
  let browser: BrowserContext;
  let report: PageReport;
  const suites = Object.values(algorithmSuites);
  const plaintext = Uint8Array.from({ length: 3500 }, (_, at) => (at * 31) % 251);

  beforeAll(async () => {
    profile = await mkdtemp(join(tmpdir(), 'waxseal-browser-'));
    browser = await chromium.launchPersistentContext(profile, {
      executablePath: CHROMIUM,
      headless: true,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    const code = codeOf(await bundle("export { runPage } from './src/browser-page.ts';", 'waxsealPage'));
    const page = await browser.newPage();
    await page.addScriptTag({ content: code.text });
    const given = await Promise.all(suites.map(writeOnNode));
    // The code runs in the page, where the bundle has put its exports under this name.
    report = (await page.evaluate(`waxsealPage.runPage(${JSON.stringify(given)})`)) as PageReport;
  });
  afterAll(async () => {
    await browser?.close();
    if (profile !== undefined) await rm(profile, { recursive: true, force: true, maxRetries: 3 });
  });

  test('the portable engine is chosen', () => {
    expect(report.engineName).toBe('portable');
  });

  test.each(suites.map((suite) => [suite.name, suite] as const))(
    '%s: encrypts, decrypts, streams, reads ranges and refuses',
    async (_name, suite) => {
      expect(report.failures[suite.id]).toEqual([]);
      const message = Buffer.from(report.messages[suite.id] ?? '', 'base64');
      const opened = await decrypt(givenKeyring(), message, { commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT' });
      expect(Buffer.compare(opened.plaintext, plaintext)).toBe(0);
    },
  );

  async function writeOnNode({ id, committing }: (typeof suites)[number]): Promise<PageMessage> {
    const commitmentPolicy = committing ? 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT' : 'FORBID_ENCRYPT_ALLOW_DECRYPT';
    const options = { algorithmSuite: id, frameLength: 1000, commitmentPolicy } as const;
    const { message } = await encrypt(givenKeyring(), plaintext, options);
    return { suiteId: id, message: Buffer.from(message).toString('base64') };
  }
});

/** The page's own keyring, on this side. */
function givenKeyring(): Keyring {
  const key = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => at + 1);
  const encryptedDataKeys = [{ providerId: 'page', providerInfo: new Uint8Array(0), ciphertext: Uint8Array.of(1) }];
  return {
    onEncrypt: async ({ algorithmSuite }) => ({ dataKey: key(algorithmSuite.dataKeyLength), encryptedDataKeys }),
    onDecrypt: async ({ algorithmSuite }) => key(algorithmSuite.dataKeyLength),
  };
}
