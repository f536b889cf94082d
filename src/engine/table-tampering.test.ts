/**
 * Random programs of two CPUs: a table that leaves out a state which the search has visited is never believed. What a
 * table says of a state is evaluated here state by state, and not the way in which scripts look it up.
 */
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { checkScripts, regenerate } from '../evidence/check-certificate.ts';
import { conjunctToSmt } from '../evidence/invariant-text.ts';
import { readStateTable, type StateTable } from '../evidence/state-table.ts';
import { arbitraryProgram, decisions } from '../lang/arbitrary-program.fixture.ts';
import { type Draw, drawFrom } from '../lang/arbitrary-world.fixture.ts';
import type { Program } from '../lang/program.ts';
import { openZ3Session } from '../solver/z3.ts';
import type { FinishedSearch } from './finished-search.ts';
import { finishedSearch } from './finished-search.ts';
import { listStates } from './list-states.ts';
import { createStateReader } from './state-reader.ts';

const SEED = 20261126;
const PROGRAMS = 400;
const MOST_STATES = 1500;
const TAMPERINGS = 6;

const session = openZ3Session();
afterAll(() => session.close());

/** Whether every visited state is in the table. */
function hasAll({ system, result }: FinishedSearch, table: StateTable): boolean {
  const { terms, variables } = system;
  const views = readStateTable(system, table);
  const reader = createStateReader(system, result.compiled);
  const columns = variables.map((v) => ({ v, read: reader.read(v) }));
  const state = new Int32Array(result.compiled.layout.cells);
  for (let n = 0; n < result.states; n++) {
    result.visited.read(n, state);
    const values = new Map(columns.map(({ v, read }) => [v.term, reader.termOf(v, read?.(state) ?? 0)]));
    if (views.of((v) => values.get(v) ?? v) !== terms.true_) return false;
  }
  return true;
}

/** Whether it is believed that the program stays in the table, and in the model. */
async function isBelieved(program: Program, search: FinishedSearch, table: StateTable): Promise<boolean> {
  const { rounds, lockOrder } = search;
  const invariant = listStates(search.system, search.result).domains.map((t) => ({ smt: conjunctToSmt(t) }));
  const properties = ['out-of-model'];
  const given = { properties, rounds: Object.fromEntries(rounds), lockOrder, invariant, states: table };
  const { system, scripts } = regenerate(given, program);
  const options = () => ({ timeoutMs: 20_000 });
  return (await checkScripts(system, properties, scripts, [session], options, () => null)).holds === true;
}

/** The table with one thing changed. */
function tamperedWith(table: StateTable, draw: Draw, cpus: number): StateTable {
  const { literals, nodes, at, together } = table;
  const pick = (size: number) => draw.below(Math.max(size, 1));
  switch (literals.length === 0 ? 0 : draw.below(5)) {
    case 0: {
      const i = pick(together.length);
      const entry = together[i] ?? [];
      const from = 1 + cpus * pick((entry.length - 1) / cpus);
      const less = [...entry.slice(0, from), ...entry.slice(from + cpus)];
      return { ...table, together: together.map((e, j) => (i === j ? less : e)) };
    }
    case 1: {
      const i = pick(literals.length);
      return { ...table, literals: literals.map((l, j) => (i === j ? `(not ${l})` : l)) };
    }
    case 2: {
      const [i, part] = [pick(together.length), pick(literals.length)];
      return { ...table, together: together.map((e, j) => (i === j ? [part, ...e.slice(1)] : e)) };
    }
    case 3: {
      const [cpu, part] = [pick(cpus), pick(literals.length)];
      const point = pick(at[cpu]?.length ?? 0);
      const more = at.map((of, c) =>
        of.map((parts, p) => (c === cpu && p === point && parts ? [...parts, part] : parts)),
      );
      return { ...table, at: more };
    }
    default: {
      const i = pick(nodes.length);
      return { ...table, nodes: nodes.map((n, j) => (i === j && n.length > 2 ? n.slice(0, -1) : n)) };
    }
  }
}

test(`of ${PROGRAMS} random programs, those with few states, seed ${SEED}`, {
  timeout: 240_000,
}, async () => {
  const counts = { programs: 0, believed: 0, tampered: 0, wrong: 0 };
  for (const from of fc.sample(decisions, { seed: SEED, numRuns: PROGRAMS })) {
    const program = arbitraryProgram(drawFrom(from));
    const { cpus } = program.bounds;
    if (cpus === 1) continue;
    const limits = { seconds: 2, memoryMiB: 256, depth: null };
    const search = await finishedSearch({ program, properties: [] }, limits, () => {});
    if ('reason' in search || search.result.states > MOST_STATES) continue;
    counts.programs++;
    const { table } = listStates(search.system, search.result);
    expect(hasAll(search, table)).toBe(true);
    if (!(await isBelieved(program, search, table))) continue;
    counts.believed++;
    const draw = drawFrom({ ...from, seed: from.seed ^ 1 });
    for (let i = 0; i < TAMPERINGS; i++) {
      const other = tamperedWith(table, draw, cpus);
      if (hasAll(search, other)) continue;
      counts.tampered++;
      if (await isBelieved(program, search, other)) counts.wrong++;
    }
  }
  expect(counts).toMatchObject({ wrong: 0 });
  expect(counts.believed).toBeGreaterThan(100);
  expect(counts.tampered).toBeGreaterThan(300);
});
