/** share.ts a second time, as guarded commands over plain numbers; see oracle.fixture.ts. */
import type { Oracle, State } from './oracle.fixture.ts';

/**
 * Words: for each page its owner (0 none, 1.. file, files + 1 shared) and count; for each file and page the
 * phase of its entry and whether it is present; then the handler's phase, page, owner, file and result.
 */
export function share(pages: number, files: number, guarded: boolean): Oracle {
  const shared = files + 1;
  const owner = (p: number) => 2 * p;
  const count = (p: number) => 2 * p + 1;
  const phase = (f: number, p: number) => 2 * pages + 2 * ((f - 1) * pages + p);
  const present = (f: number, p: number) => phase(f, p) + 1;
  const mf = 2 * pages + 2 * files * pages;
  const size = mf + 5;
  const numbers = (n: number, from: number) => Array.from({ length: n }, (_, i) => i + from);

  function next(state: State): readonly State[] {
    const at = (i: number) => state[i] as number;
    const found: State[] = [];
    const go = (...changes: readonly (readonly [word: number, value: number])[]) => {
      const copy = [...state];
      for (const [word, value] of changes) copy[word] = value;
      found.push(copy);
    };
    const [step, page, word, file] = [at(mf), at(mf + 1), at(mf + 2), at(mf + 3)];
    const idle = numbers(5, mf).map((i) => [i, 0] as const);
    const holds = (f: number, p: number) =>
      page === p &&
      (((step === 3 || step === 4) && word === f) || ((step === 6 || step === 7) && file === f));

    for (const f of numbers(files, 1))
      for (const p of numbers(pages, 0)) {
        const [entry, here, at_, n] = [at(phase(f, p)), at(present(f, p)) === 1, at(owner(p)), at(count(p))];
        const done = [phase(f, p), 2] as const;
        if (entry === 0 && !holds(f, p)) go([phase(f, p), 1]);
        if (entry === 2) go([phase(f, p), 0]);
        if (entry !== 1) continue;
        if (numbers(files, 1).every((g) => at(present(g, p)) === 0))
          go(done, [present(f, p), 1], [owner(p), f], [count(p), 4]);
        if (!here) {
          const before = at_ !== shared && at_ !== 0 ? 1 : n;
          go(done, [present(f, p), 1], [owner(p), shared], [count(p), before + 1]);
        } else if (at_ === shared)
          go(done, [present(f, p), 0], [count(p), n - 1], [owner(p), n === 1 ? 0 : shared]);
        else go(done, [present(f, p), 0], [count(p), 0], [owner(p), 0]);
      }
    if (step === 0) for (const p of numbers(pages, 0)) go([mf, 1], [mf + 1, p], [mf + 2, at(owner(p))]);
    if (step === 1 && word === 0) go(...idle);
    if (step === 1 && word !== 0) {
      if (word === shared && guarded) go([mf, 5], [mf + 3, 1]);
      else go([mf, 2]);
    }
    if (step === 2 && word !== shared && at(phase(word, page)) === 0) go([mf, 3]);
    if (step === 3) go([mf, 4], [mf + 4, at(owner(page)) === word ? 1 : 0]);
    if (step === 4) go(...idle);
    if (step === 5 && at(phase(file, page)) === 0) go([mf, 6]);
    if (step === 6) go([mf, 7], [mf + 4, at(present(file, page))]);
    if (step === 7) {
      if (file < files) go([mf, 5], [mf + 3, file + 1], [mf + 4, 0]);
      else go(...idle);
    }
    return found;
  }
  return { initial: numbers(size, 0).map(() => 0), next };
}
