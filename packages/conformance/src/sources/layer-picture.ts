// The picture of the house, read from the documents that show it.

import { readText } from './workspace.ts';

/** One package in the picture. */
export type PicturedPackage = {
  /** Name of its folder below `packages`. */
  readonly folder: string;
  /** Higher ones may import lower ones; equal ones are siblings. */
  readonly height: number;
  /** Packages that its line names in a sum, such as `core + keyring`. */
  readonly madeOf: readonly string[];
};

/** Finds the picture in a document: the code block that names the packages. */
export function layerPicture(document: string): string {
  const blocks = readText(document)
    .split(/^```.*$/m)
    .filter((_, at) => at % 2 === 1);
  const picture = blocks.find((block) => block.includes('packages/core') && block.includes('───'));
  if (picture === undefined) throw new Error(`${document} has no picture of the layers`);
  return picture;
}

/** Reads the packages off a picture: below the first rule each band is a height, above it each line. */
export function picturedPackages(picture: string): PicturedPackage[] {
  const [top = '', ...bands] = picture.split(/^[ ─]*─{10,}\s*$/m);
  const rows = [...top.trimEnd().split('\n'), ...bands.map((band) => band.replaceAll('\n', ' '))];
  return rows.flatMap((row, at) =>
    [...row.matchAll(/packages\/([\w-]+)/g)].map(([, folder = '']) => ({
      folder,
      height: rows.length - at,
      madeOf: row.match(/[\w-]+(?: \+ [\w-]+)+/)?.[0].split(' + ') ?? [],
    })),
  );
}
