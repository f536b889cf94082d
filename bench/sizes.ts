/** The sizes at which the share system is measured. */

export interface Size {
  readonly pages: number;
  readonly files: number;
}

export const allSizes: readonly Size[] = [
  { pages: 2, files: 2 },
  { pages: 1, files: 6 },
  { pages: 3, files: 2 },
  { pages: 1, files: 7 },
];

export const nameOf = ({ pages, files }: Size): string => `${pages}x${files}`;

/** Errors: a name that is no size. */
export function sizeNamed(name: string): Size {
  const [, pages, files] = /^(\d)x(\d)$/.exec(name) ?? [];
  if (pages === undefined || files === undefined) throw new Error(`not a size such as 1x7: ${name}`);
  return { pages: Number(pages), files: Number(files) };
}
