/** How many bits a control point takes. */
import { expect, test } from 'vitest';
import { operation, program } from '../lang/public.ts';
import { lower } from '../system/lower.ts';
import { layOut } from './layout.ts';

const small = lower(
  program({ name: 'small', bounds: { cpus: 2 }, operations: [operation('run', {}, () => [])] }),
);

test.each([
  [255, 8],
  [256, 16],
  [0xffff, 16],
  [0x10000, 32],
])('%i control points take %i bits', (count, width) => {
  const points = Array.from({ length: count }, (_, node) => ({ node, live: [] }));
  expect(layOut({ ...small, points }, 8).pc.width).toBe(width);
});
