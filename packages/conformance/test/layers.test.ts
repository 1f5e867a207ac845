// The packages are as the picture of the house shows them: imports point down, siblings never import each other.

import { builtinModules } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { layerPicture, picturedPackages } from '../src/sources/layer-picture.ts';
import { SourceFile } from '../src/sources/source-file.ts';
import { filesBelow, ROOT, type WorkspacePackage, workspacePackages } from '../src/sources/workspace.ts';

const picture = layerPicture('docs/architecture.md');
const pictured = picturedPackages(picture);
const packages = workspacePackages();
const heightOf = new Map(pictured.map(({ folder, height }) => [folder, height]));
const folderOf = new Map(packages.map(({ name, folder }) => [name, folder]));
const AWS_FOLDERS = ['packages/keyring/src/aws/', 'packages/branch-keys/src/dynamodb/'];

const sources = new Map(
  packages.map(({ folder }) => [
    folder,
    filesBelow(`packages/${folder}/src`, '.ts').map((path) => ({ path, file: new SourceFile(join(ROOT, path)) })),
  ]),
);
const production = packages.filter(({ folder }) => folder !== 'conformance');

/** `@scope/name/sub` and `name/sub` to what a manifest calls it. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function siblingsOf({ dependencies }: WorkspacePackage): string[] {
  return dependencies.flatMap((name) => folderOf.get(name) ?? []).sort();
}

/** The packages that the declarations of one are built after, also by way of others. */
function referencesOf({ references }: WorkspacePackage): Set<string> {
  const further = references.flatMap((folder) => [...referencesOf(packages.find((other) => other.folder === folder)!)]);
  return new Set([...references, ...further]);
}

describe('the picture', () => {
  test('is the same in the README', () => {
    expect(layerPicture('README.md')).toBe(picture);
  });

  test('shows every package, each once', () => {
    expect(pictured.map(({ folder }) => folder).sort()).toEqual(packages.map(({ folder }) => folder).sort());
  });

  test('names what the packages above the middle are made of', () => {
    const withSums = pictured.filter(({ madeOf, folder }) => madeOf.length > 0 && folder !== 'conformance');
    expect(withSums.map(({ folder }) => folder).sort()).toEqual(['branch-keys', 'waxseal']);
    for (const { folder, madeOf } of withSums) {
      const declared = siblingsOf(packages.find((candidate) => candidate.folder === folder)!);
      expect(new Set([...madeOf, 'core'])).toEqual(new Set(declared));
    }
  });
});

describe.each(production.map((workspacePackage) => [workspacePackage.folder, workspacePackage] as const))(
  'packages/%s',
  (folder, own) => {
    const files = sources.get(folder)!;

    test('depends only on packages below it, and not on conformance', () => {
      const notBelow = siblingsOf(own).filter((name) => (heightOf.get(name) ?? 99) >= (heightOf.get(folder) ?? 0));
      expect(notBelow).toEqual([]);
      expect(siblingsOf(own)).not.toContain('conformance');
    });

    test('is built after the packages that it imports, and after no others', () => {
      const imported = new Set(
        files.flatMap(({ file }) => file.imports.flatMap(({ specifier }) => folderOf.get(packageOf(specifier)) ?? [])),
      );
      const builtBefore = referencesOf(own);
      expect([...imported].filter((name) => !builtBefore.has(name))).toEqual([]);
      expect(own.references.filter((name) => !siblingsOf(own).includes(name))).toEqual([]);
    });

    test('imports only what its manifest declares', () => {
      const undeclared = files.flatMap(({ path, file }) =>
        file.imports
          .filter(
            ({ specifier }) => !/^(?:\.|#|node:)/.test(specifier) && !own.dependencies.includes(packageOf(specifier)),
          )
          // Types of a development dependency vanish from the code, and stay in no declaration that users compile.
          .filter(({ specifier, isType }) => !(isType && own.devDependencies.includes(packageOf(specifier))))
          .map(({ specifier }) => `${path}: ${specifier}`),
      );
      expect(undeclared).toEqual([]);
    });

    test('imports everything that its manifest declares', () => {
      const imported = new Set(files.flatMap(({ file }) => file.imports.map(({ specifier }) => packageOf(specifier))));
      expect(own.dependencies.filter((name) => !imported.has(name) && !isIndirectPeer(own, name))).toEqual([]);
    });

    test('reaches into no other package by a relative path', () => {
      const outside = files.flatMap(({ path, file }) =>
        file.imports
          .filter(({ specifier }) => specifier.startsWith('.'))
          .map(({ specifier }) => normalize(join(dirname(path), specifier)))
          .filter((target) => !target.startsWith(`packages/${folder}/src/`))
          .map((target) => `${path}: ${target}`),
      );
      expect(outside).toEqual([]);
    });

    test('names built-in modules by node:', () => {
      const bare = files.flatMap(({ path, file }) =>
        file.imports
          .filter(({ specifier }) => builtinModules.includes(specifier))
          .map(({ specifier }) => `${path}: ${specifier}`),
      );
      expect(bare).toEqual([]);
    });

    test('imports values of the AWS SDK only where it is fenced in', () => {
      const values = files
        .filter(({ path }) => !AWS_FOLDERS.some((fence) => path.startsWith(fence)))
        .flatMap(({ path, file }) =>
          file.imports
            .filter(({ specifier, isType }) => specifier.startsWith('@aws-sdk/') && !isType)
            .map(({ specifier }) => `${path}: ${specifier}`),
        );
      expect(values).toEqual([]);
    });
  },
);

/** A peer that a dependency of ours asks for is declared again, so that users see it; nothing imports it here. */
function isIndirectPeer(own: WorkspacePackage, name: string): boolean {
  return (
    name.startsWith('@aws-sdk/') &&
    siblingsOf(own).some((folder) => packages.find((other) => other.folder === folder)?.dependencies.includes(name))
  );
}

describe('packages/core', () => {
  const files = sources.get('core')!;
  const isForNode = (path: string): boolean => /^packages\/core\/src\/(?:node\/|crypto\/node-)/.test(path);

  test('is free of Node outside src/node and src/crypto/node-*', () => {
    const nodeImports = files
      .filter(({ path }) => !isForNode(path))
      .flatMap(({ path, file }) =>
        file.imports
          .filter(({ specifier }) => specifier.startsWith('node:'))
          .map(({ specifier }) => `${path}: ${specifier}`),
      );
    expect(nodeImports).toEqual([]);
  });

  test('reaches its Node files only from Node files', () => {
    const reaching = files
      .filter(({ path }) => !isForNode(path))
      .flatMap(({ path, file }) =>
        file.imports
          .filter(({ specifier }) => specifier.startsWith('.') && isForNode(normalize(join(dirname(path), specifier))))
          .map(({ specifier }) => `${path}: ${specifier}`),
      );
    expect(reaching).toEqual([]);
  });

  test.each([
    ['format', ['crypto', 'materials', 'stream', 'node']],
    ['crypto', ['materials', 'stream', 'node']],
    ['materials', ['stream', 'node']],
    ['stream', ['node']],
  ])('src/%s knows nothing of %j', (folder, above) => {
    const upward = files
      .filter(({ path }) => path.startsWith(`packages/core/src/${folder}/`))
      .flatMap(({ path, file }) =>
        file.imports
          .filter(({ specifier }) => above.some((name) => specifier.includes(`/${name}/`)))
          .map(({ specifier }) => `${path}: ${specifier}`),
      );
    expect(upward).toEqual([]);
  });
});
