/** What a search found of the properties that were asked for, as evidence. */
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import type { Move, Shown } from '../evidence/trace.ts';
import type { Program } from '../lang/program.ts';
import { fieldsOfRace, isDataRace } from '../lang/races.ts';
import type { Task } from './engine.ts';
import { type Evidence, evidence } from './evidence.ts';
import type { Found, SearchResult } from './explicit.ts';
import { lockCycle } from './lock-cycle.ts';

export type EvidenceFor = (property: string) => readonly Evidence[];

/** The paths to all that was found are looked for together. */
export function gatherEvidence({ program, properties }: Task, result: SearchResult): EvidenceFor {
  const all = [OUT_OF_MODEL, ...properties].flatMap((property) => sightings(property, program, result));
  const moves = result.moves(all.map(({ found }) => found));
  return (property) =>
    all
      .filter(({ what }) => what.property === property)
      .map(({ found, what }) =>
        evidence(program, result.compiled.addresses, moves.get(found) as readonly Move[], what),
      );
}

interface Sighting {
  readonly found: Found;
  readonly what: Shown;
}

/** Whether a search found the property violated, or came to what it asks for. */
export function isSighted(property: string, program: Program, result: SearchResult): boolean {
  return sightings(property, program, result).length > 0;
}

/** What was found of a property. */
export function sightings(
  property: string,
  program: Program,
  { found, reached, order, races }: SearchResult,
): readonly Sighting[] {
  if (isDataRace(property)) {
    const fields = fieldsOfRace(program, property);
    return races.flatMap((r) =>
      fields.has(r.race.field) ? [{ found: r.found, what: { property, race: r.race } }] : [],
    );
  }
  if (property === 'lock-order') {
    const edges = [...order].map(([key, seen]) => {
      const [held = '', taken = ''] = key.split(' -> ');
      return { held, taken, found: seen };
    });
    return (lockCycle(edges) ?? []).map(({ held, taken }) => ({
      found: order.get(`${held} -> ${taken}`) as Found,
      what: { property, edge: { held, taken } },
    }));
  }
  const one = property.startsWith('reach:')
    ? reached.get(property.slice('reach:'.length))
    : found.get(property);
  return one ? [{ found: one, what: { property } }] : [];
}
