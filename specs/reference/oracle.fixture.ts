/**
 * The reference systems a second time, as plain functions from a state to the states that follow, with
 * nothing of the checker in them. A state is a list of numbers; the comments say what stands where.
 */
export type State = readonly number[];

export interface Oracle {
  readonly initial: State;
  next(state: State): readonly State[];
}

/** Reachable states, and steps between them. */
export function enumerate({ initial, next }: Oracle): { states: number; transitions: number } {
  const seen = new Set<string>([initial.join()]);
  const queue = [initial];
  let transitions = 0;
  for (let state = queue.pop(); state; state = queue.pop())
    for (const successor of next(state)) {
      transitions++;
      if (seen.has(successor.join())) continue;
      seen.add(successor.join());
      queue.push(successor);
    }
  return { states: seen.size, transitions };
}

/** What a CPU does at one control point: changes shared words and its own, or is stuck (false). */
type Step = (shared: number[], own: number[], cpu: number) => number | false;

/**
 * CPUs that each start at one of `entries` when they stand at 0. `steps[pc - 1]` gives the next control
 * point. A state is the shared words, then each CPU's control point and its remembered words.
 */
function processes(cpus: number, shared: number, own: number, entries: number[], steps: Step[]): Oracle {
  const width = own + 1;
  return {
    initial: Array.from({ length: shared + cpus * width }, () => 0),
    next: (state) =>
      Array.from({ length: cpus }, (_, cpu) => {
        const at = shared + cpu * width;
        const with_ = (words: readonly number[], pc: number, mine: readonly number[]) => [
          ...words,
          ...state.slice(shared, at),
          pc,
          ...mine,
          ...state.slice(at + width),
        ];
        const words = state.slice(0, shared);
        const mine = state.slice(at + 1, at + width);
        const pc = state[at] as number;
        if (pc === 0) return entries.map((entry) => with_(words, entry, mine));
        const next = (steps[pc - 1] as Step)(words, mine, cpu);
        return next === false ? [] : [with_(words, next, mine)];
      }).flat(),
  };
}

/** Loads a shared word into the CPU's own, or stores the own word plus `plus` and forgets it. */
const load =
  (word: number, next: number): Step =>
  (shared, own) => {
    own[0] = shared[word] as number;
    return next;
  };
const store =
  (word: number, plus: number, next: number): Step =>
  (shared, own) => {
    shared[word] = ((own[0] as number) + plus) & 255;
    own[0] = 0;
    return next;
  };
const put =
  (word: number, value: number, next: number): Step =>
  (shared) => {
    shared[word] = value;
    return next;
  };
const take =
  (word: number, next: number): Step =>
  (shared, _, cpu) => {
    if (shared[word] !== 0) return false;
    shared[word] = cpu + 1;
    return next;
  };
const goIf =
  (
    test: (shared: readonly number[], cpu: number) => boolean,
    yes: number | false,
    no: number | false,
  ): Step =>
  (shared, _, cpu) =>
    test(shared, cpu) ? yes : no;

/** started, n, done. */
export const counter = (cpus: number): Oracle =>
  processes(
    cpus,
    3,
    1,
    [1],
    [
      goIf(([started = 0]) => started <= 1, 2, false),
      load(0, 3),
      store(0, 1, 4),
      load(1, 5),
      store(1, 1, 6),
      load(2, 7),
      store(2, 1, 0),
    ],
  );

/** The steps inside a critical section from `first` on, then `after`: inside is word `word`. */
const section = (word: number, first: number, after: number): Step[] => [
  load(word, first + 1),
  store(word, 1, first + 2),
  goIf((shared) => shared[word] === 1, first + 3, false),
  load(word, first + 4),
  store(word, -1, after),
];

/** inside, lock. */
export const mutex = (cpus: number): Oracle =>
  processes(cpus, 2, 1, [1], [take(1, 2), ...section(0, 2, 7), put(1, 0, 0)]);
export const noMutex = (cpus: number): Oracle => processes(cpus, 2, 1, [1], section(0, 1, 0));

/** inside, turn, wants[0], wants[1]. */
const raise =
  (value: number, next: number): Step =>
  (shared, _, cpu) => {
    shared[2 + cpu] = value;
    return next;
  };
const yieldTurn =
  (next: number): Step =>
  (shared, _, cpu) => {
    shared[1] = 1 - cpu;
    return next;
  };
const otherWants = (shared: readonly number[], cpu: number) => shared[3 - cpu] === 1;
const othersTurn = (shared: readonly number[], cpu: number) => shared[1] === 1 - cpu;
export const peterson: Oracle = processes(
  2,
  4,
  1,
  [1],
  [
    raise(1, 2),
    yieldTurn(3),
    goIf(otherWants, 4, 5),
    goIf(othersTurn, 3, 5),
    ...section(0, 5, 10),
    raise(0, 0),
  ],
);
export const petersonBroken: Oracle = processes(
  2,
  4,
  1,
  [1],
  [
    yieldTurn(2),
    goIf(otherWants, 3, 4),
    goIf(othersTurn, 2, 4),
    raise(1, 5),
    ...section(0, 5, 10),
    raise(0, 0),
  ],
);

/** Locks a, b; the second operation begins at control point 5. */
const ab: Step[] = [take(0, 2), take(1, 3), put(1, 0, 4), put(0, 0, 0)];
export const abab: Oracle = processes(2, 2, 0, [1], ab);
export const abba: Oracle = processes(
  2,
  2,
  0,
  [1, 5],
  [...ab, take(1, 6), take(0, 7), put(0, 0, 8), put(1, 0, 0)],
);

/** item, live, lock: allocate, read, free; with the lock, 3 more control points each around them. */
const isEmpty = ([item]: readonly number[]) => item === 0;
const isLive = ([, live]: readonly number[]) => live === 1;
export const useAfterFree: Oracle = processes(
  2,
  3,
  0,
  [1, 4, 6],
  [
    ...[goIf(isEmpty, 2, 0), put(1, 1, 3), put(0, 1, 0)],
    ...[goIf(isEmpty, 0, 5), goIf(isLive, 0, false)],
    ...[goIf(isEmpty, 0, 7), put(0, 0, 8), put(1, 0, 0)],
  ],
);
export const lockedLifetime: Oracle = processes(
  2,
  3,
  0,
  [1, 6, 10],
  [
    ...[take(2, 2), goIf(isEmpty, 3, 5), put(1, 1, 4), put(0, 1, 5), put(2, 0, 0)],
    ...[take(2, 7), goIf(isEmpty, 9, 8), goIf(isLive, 9, false), put(2, 0, 0)],
    ...[take(2, 11), goIf(isEmpty, 14, 12), put(0, 0, 13), put(1, 0, 14), put(2, 0, 0)],
  ],
);

/** target.n, fixed[0], fixed[1]: six pointers of which one is good, three indices of which two are. */
export const faults = (guarded: boolean): Oracle => ({
  initial: [0, 0, 0],
  next: ([n = 0, a = 0, b = 0]) => [
    ...Array.from({ length: guarded ? 6 : 1 }, (_, way) => [way === 0 ? 1 : n, a, b]),
    [n, 1, b],
    [n, a, 1],
    ...(guarded ? [[n, a, b]] : []),
    [n, a, b],
  ],
});

export const lockstep: Oracle = {
  initial: [0, 0],
  next: ([x = 0, y = 0]) => [
    [x, y],
    [(x + 1) & 255, (y + 1) & 255],
  ],
};

/** The lock, whether the pointer is set; a reader that dies leaves its bit to the CPU that is none. */
export const grave: Oracle = processes(
  2,
  2,
  0,
  [1, 4],
  [
    (shared, _, cpu) => {
      if ((shared[0] as number) & 0xf0) return false;
      shared[0] = (shared[0] as number) | (1 << cpu);
      return 2;
    },
    (shared, _, cpu) => {
      if (shared[1]) return 3;
      shared[0] = ((shared[0] as number) & ~(1 << cpu)) | 8;
      return 0;
    },
    (shared, _, cpu) => {
      shared[0] = (shared[0] as number) & ~(1 << cpu);
      return 0;
    },
    (shared, _, cpu) => {
      if (shared[0]) return false;
      shared[0] = 0x10 << cpu;
      return 5;
    },
    (shared) => {
      shared[1] = 1;
      return 6;
    },
    (shared) => {
      shared[0] = 0;
      return 0;
    },
  ],
);
