/** `npm run bench`: what pagedeed takes, beside its peers. Needs dist/; see README.md for what is measured. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from './measure.ts';
import { measureProof, measureSeeded, measureShare } from './share.ts';
import { allSizes, sizeNamed } from './sizes.ts';
import { measureShares, measureStacks, measureTrace } from './stacks.ts';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string' },
    only: { type: 'string' },
    runs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '60' },
    quick: { type: 'boolean', default: false },
  },
});
const root = resolve('.');
const quick = values.quick;
const sizes = values.sizes ? values.sizes.split(',').map(sizeNamed) : quick ? allSizes.slice(0, 2) : allSizes;
const runs = quick ? 1 : Number(values.runs);
const print = (line: string): void => console.log(line);

const what = values.only?.split(',') ?? ['share', 'proof', 'bugs', 'stacks', 'shares'];
if (what.includes('share')) await measureShare(root, sizes, runs, print);
if (what.includes('proof')) await measureProof(root, sizes, runs, print);
if (what.includes('bugs')) {
  await measureSeeded(root, sizes.slice(-1), runs, print);
  await measureTrace(root, runs, median, print);
}
if (what.includes('stacks') && !quick) await measureStacks(root, Number(values.seconds), print);
if (what.includes('shares') && !quick) await measureShares(root, print);
