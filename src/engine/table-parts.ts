/** The literals and nodes of a table of states while it is made, each once. */
import { conjunctToSmt } from '../evidence/invariant-text.ts';
import type { StateTable } from '../evidence/state-table.ts';
import type { StateVariable, Transitions } from '../semantics/transitions.ts';
import type { StateReader } from './state-reader.ts';

/** One variable of the packed states. */
export interface Column {
  readonly variable: StateVariable;
  /** The object that it belongs to; of all locals, and of all control points, one. */
  readonly object: string;
  read(state: Int32Array): number;
}

/** That a variable has one value, by the number of the part that says so. */
export interface Said {
  readonly column: Column;
  readonly part: number;
}

export interface Parts {
  literal(column: Column, value: number): Said;
  /** That the variable has one of the values. */
  oneOf(column: Column, values: Iterable<number>): number;
  all(parts: readonly number[]): number;
  any(parts: readonly number[]): number;
  /** The same, one part for each object: much of what is said of one object is said in many places. */
  byObject(said: readonly Said[]): readonly number[];
  written(): Pick<StateTable, 'literals' | 'nodes'>;
}

const AND = 0;
const OR = 1;

export function createParts({ terms }: Transitions, reader: StateReader): Parts {
  const literals: string[] = [];
  const nodes: (readonly number[])[] = [];
  const numbers = new Map<string, number>();
  const known = new Map<Column, Map<number, Said>>();

  function literal(column: Column, value: number): Said {
    const values = known.get(column) ?? new Map<number, Said>();
    known.set(column, values);
    const before = values.get(value);
    if (before) return before;
    const { variable } = column;
    const made = { column, part: literals.length };
    literals.push(conjunctToSmt(terms.eq(variable.term, reader.termOf(variable, value))));
    values.set(value, made);
    return made;
  }
  function node(kind: number, parts: readonly number[]): number {
    const [first, ...more] = parts;
    if (first !== undefined && more.length === 0) return first;
    const key = `${kind},${parts.join()}`;
    const before = numbers.get(key);
    if (before !== undefined) return before;
    const number = -1 - nodes.length;
    nodes.push([kind, ...parts]);
    numbers.set(key, number);
    return number;
  }
  const all = (parts: readonly number[]) => node(AND, parts);
  const any = (parts: readonly number[]) => node(OR, parts);

  return {
    literal,
    all,
    any,
    oneOf: (column, values) =>
      any([...values].sort((a, b) => a - b).map((value) => literal(column, value).part)),
    byObject(said) {
      const objects = new Map<string, number[]>();
      for (const { column, part } of said) {
        const list = objects.get(column.object);
        if (list) list.push(part);
        else objects.set(column.object, [part]);
      }
      return [...objects.values()].map(all);
    },
    written: () => ({ literals, nodes }),
  };
}
