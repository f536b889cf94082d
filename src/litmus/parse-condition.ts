/** Conditions: atoms joined by `/\`, `\/` and `~`, as herd writes them. */
import { covers, sameMapping } from './mappings.ts';
import { hintOf, type Scope } from './parse-names.ts';
import { printMapping } from './print.ts';
import type { Reader } from './reader.ts';
import { resultsOf } from './results.ts';
import type { ActionName, Atom, Device, Formula, Operation, Owner, Where } from './test.ts';
import { general } from './words.ts';

/** Errors: PD0501, PD0502; PD0505 where the condition can never be met. */
export function readFormula(reader: Reader, scope: Scope, operations: readonly Operation[]): Formula {
  const junction = (kind: 'or' | 'and', sign: string, part: () => Formula): Formula => {
    const parts = [part()];
    while (reader.took(sign)) parts.push(part());
    return parts.length === 1 ? (parts[0] as Formula) : { kind, parts };
  };
  const all = (): Formula => junction('or', '\\/', () => junction('and', '/\\', one));
  const one = (): Formula => {
    if (reader.took('~')) return { kind: 'not', part: one() };
    if (!reader.took('(')) return readAtom(reader, scope, operations);
    const inside = all();
    reader.expect(')');
    return inside;
  };
  return all();
}

function readAtom(reader: Reader, scope: Scope, operations: readonly Operation[]): Atom {
  const { text } = reader.peek();
  if (text === '&' || scope.free.includes(text)) return readBlockAtom(reader, scope);
  const tasks = scope.tasks.map((t) => t.name);
  if (tasks.includes(text)) return readTaskAtom(reader, scope, operations);
  const known = [...tasks, ...scope.free, ...general];
  if (reader.peek().kind === 'word' && !general.some((g) => g === text))
    reader.known(known, 'a task, a block, or something else to ask for');
  const kind = reader.oneOf(general, 'a task, a block, or something else to ask for');
  if (kind !== 'warns') return { kind };
  return { kind, in: place(reader) };
}

/** `in FUNCTION`, or nothing. */
function place(reader: Reader): Where | null {
  if (!reader.took('in')) return null;
  const { text, at } = reader.name('the name of a function');
  return { function: text, at };
}

function readTaskAtom(reader: Reader, scope: Scope, operations: readonly Operation[]): Atom {
  const task = scope.task();
  const own = operations.filter((o) => o.task === task);
  if (reader.took('.')) {
    const { at } = reader.peek();
    if (own.length === 0) reader.fail('PD0505', at, `${task} has no operations`);
    const n = reader.number(1, own.length, `an operation of ${task}`);
    reader.expect('=');
    const { does } = (own[n - 1] as Operation).action;
    return { kind: 'result', task, n, is: readResult(reader, does, scope.device) };
  }
  switch (reader.oneOf(['got', 'oopses', 'hangs', 'has'], 'what is asked of a task')) {
    case 'got':
      return readSignal(reader, scope, task);
    case 'oopses':
      return { kind: 'oopses', task, in: place(reader) };
    case 'hangs':
      return { kind: 'hangs', task, in: place(reader) };
    case 'has':
      return { kind: 'has', task, block: scope.block() };
  }
}

function readResult(reader: Reader, does: ActionName, device: Device) {
  const { kind, text, at } = reader.peek();
  const possible = resultsOf(does, device);
  const found = possible.find((result) => result === text);
  if (kind === 'word' && found === undefined)
    reader.fail('PD0505', at, `${does} never gives ${text}`, `it gives one of: ${possible.join(', ')}`);
  return reader.oneOf(possible, 'a result');
}

function readSignal(reader: Reader, scope: Scope, task: string): Atom {
  const signal = reader.oneOf(['nothing', 'AR', 'AO', 'KILL'], 'a signal');
  if (signal === 'nothing') return { kind: 'got', task, signal: null, page: null, through: null, lsb: null };
  if (signal === 'KILL' || !reader.took('at'))
    return {
      kind: 'got',
      task,
      signal,
      page: null,
      through: null,
      lsb: signal === 'KILL' ? null : lsb(reader),
    };
  if (reader.took('wrong')) {
    reader.expect('address');
    return { kind: 'got', task, signal, page: 'wrong', through: null, lsb: lsb(reader) };
  }
  const named = reader.peek().at;
  const page = scope.page();
  const { at } = reader.peek();
  const through = scope.through(page);
  const mapped = scope.mappings.of(task);
  if (!mapped.some((m) => covers(m, page)))
    reader.fail('PD0505', named, `${task} never maps ${page.file}[${page.page}]`, hintOf(mapped));
  if (through && !mapped.some((m) => sameMapping(m, through)))
    reader.fail('PD0505', at, `${task} never maps ${printMapping(through)}`, hintOf(mapped));
  return { kind: 'got', task, signal, page, through, lsb: lsb(reader) };
}

const lsb = (reader: Reader): number | null =>
  reader.took('lsb') ? reader.number(0, 63, 'the least significant bit') : null;

function readBlockAtom(reader: Reader, scope: Scope): Atom {
  const block = scope.block();
  if (reader.took('=')) return { kind: 'owner', block, is: readOwner(reader, scope) };
  switch (reader.oneOf(['refs', 'poisoned', 'recorded'], 'what is asked of a block')) {
    case 'refs':
      return { kind: 'refs', block, count: reader.number(0, 0xffff, 'the reference count') };
    case 'poisoned':
      return { kind: 'poisoned', block };
    case 'recorded':
      return { kind: 'recorded', block, result: reader.oneOf(['Recovered', 'Failed'], 'a result') };
  }
}

function readOwner(reader: Reader, scope: Scope): Owner {
  const mapping = reader.took('NULL') ? 'NULL' : reader.took('0x1') ? 'mark' : { file: scope.file().name };
  reader.expect('/');
  return { mapping, word: reader.number(0, Number.MAX_SAFE_INTEGER, 'index or count') };
}

/** The functions that a formula speaks of. */
export function functionsIn(formula: Formula): readonly Where[] {
  if (formula.kind === 'not') return functionsIn(formula.part);
  if (formula.kind === 'and' || formula.kind === 'or') return formula.parts.flatMap(functionsIn);
  return 'in' in formula && formula.in ? [formula.in] : [];
}
