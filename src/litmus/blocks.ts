/** The blocks of a test's device: which pages have which at the start, and what each is called. */
import { PAGES_PER_PMD } from './bounds.ts';
import type { Block, FileOf, LitmusTest, Pages } from './test.ts';

export interface Blocks {
  /** By number: `&A[0]` for the first page that has it, or the name of a free one. */
  readonly names: readonly string[];
  /** The block that a page has at the start; null: a hole, or there is no such file yet. */
  at(file: string, page: number): number | null;
  /** The number of a block that the test names; null: the page has none. */
  number(block: Block): number | null;
}

export function blocksOf({
  files,
  free,
  holes,
  shared,
}: Pick<LitmusTest, 'files' | 'free' | 'holes' | 'shared'>): Blocks {
  const numbers = new Map<string, number>();
  const names: string[] = [];
  const key = (file: string, page: number) => `&${file}[${page}]`;
  const within = (pages: Pages, file: string, page: number) =>
    pages.file === file && pages.first <= page && page <= pages.last;
  const source = (file: string, page: number) => {
    const share = shared.find(({ to }) => within(to, file, page));
    return share && { file: share.from.file, page: share.from.first + page - share.to.first };
  };
  const place = ({ name, state }: FileOf, first: number, end: number) => {
    for (let page = first; page < end; page++) {
      const hole = state === 'absent' || holes.some((h) => within(h, name, page)) || source(name, page);
      if (!hole) numbers.set(key(name, page), names.push(key(name, page)) - 1);
    }
  };
  const hugePart = ({ huge, size }: FileOf) => (huge ? size - (size % PAGES_PER_PMD) : 0);
  // Huge extents come first, so that each is aligned.
  for (const file of files) place(file, 0, hugePart(file));
  for (const file of files) place(file, hugePart(file), file.size);
  names.push(...free);

  /** Sharing chains end: each page's block comes from a page that was shared before it. */
  const at = (file: string, page: number, depth = 0): number | null => {
    const from = depth <= shared.length ? source(file, page) : undefined;
    return from ? at(from.file, from.page, depth + 1) : (numbers.get(key(file, page)) ?? null);
  };
  return {
    names,
    at: (file, page) => at(file, page),
    number: (block) => (block.kind === 'of' ? at(block.file, block.page) : names.indexOf(block.name)),
  };
}
