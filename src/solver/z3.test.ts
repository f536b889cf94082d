import { expect, test } from 'vitest';
import { openZ3Session } from './z3.ts';

test('a Z3 that runs out of memory is an error, and is replaced', async () => {
  const session = openZ3Session();
  const answer = await session.run(`
    (set-option :memory_max_size 30)
    (declare-const x (_ BitVec 400)) (declare-const y (_ BitVec 400))
    (assert (= (bvmul x y) (bvudiv x (bvadd y x))))
    (check-sat)`);
  expect(answer).toEqual({ kind: 'error', message: 'Z3 ran out of memory' });
  expect(await session.run('(reset)(check-sat)')).toEqual({ kind: 'answered', results: ['sat'] });
  await session.close();
});

test('Horn clauses are solved by Spacer, with the invariant as model', async () => {
  const session = openZ3Session();
  const answer = await session.run(`
    (set-logic HORN)
    (declare-fun inv ((_ BitVec 8)) Bool)
    (assert (inv #x00))
    (assert (forall ((x (_ BitVec 8))) (=> (and (inv x) (bvult x #x0a)) (inv (bvadd x #x02)))))
    (assert (forall ((x (_ BitVec 8))) (=> (inv x) (distinct x #x0b))))
    (check-sat)
    (get-model)`);
  expect(answer).toMatchObject({
    kind: 'answered',
    results: ['sat', [expect.arrayContaining(['define-fun', 'inv'])]],
  });
  await session.close();
});
