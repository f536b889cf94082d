/** Looks for violations within one step, within two, and so on, by asking a solver about all such runs at once. */
import { isProvable } from '../evidence/certificate-scripts.ts';
import { OUT_OF_MODEL } from '../evidence/interpreter.ts';
import type { Program } from '../lang/program.ts';
import { isDataRace } from '../lang/races.ts';
import { quoteSymbol } from '../semantics/term-text.ts';
import type { Term } from '../semantics/terms.ts';
import { createTransitions, type Transitions } from '../semantics/transitions.ts';
import { type Conversation, converse, type Reply } from '../solver/conversation.ts';
import type { SolverSession } from '../solver/session.ts';
import { lower } from '../system/lower.ts';
import { showRun } from './decided-run.ts';
import { decisive, definitionsIn } from './decisions.ts';
import type { Limits } from './engine.ts';
import type { Evidence } from './evidence.ts';
import { cutsIn, failsIn } from './failures.ts';
import { placement } from './placement.ts';
import { addRound } from './rounds.ts';
import { type Frame, firstFrame, nextFrame } from './unrolling.ts';

export interface BoundedResult {
  /** Runs of so many steps violate nothing but what was found. */
  readonly depth: number;
  /** Why the search went no further. */
  readonly stopped: string;
  readonly found: ReadonlyMap<string, Evidence>;
  /** The properties that terms say something of. */
  readonly judged: ReadonlySet<string>;
}

/** The search with loops unrolled to certain numbers of rounds. */
interface Pass {
  readonly talk: Conversation;
  /** By depth. */
  readonly frames: Frame[];
  /** Whether the solver knows all about where objects can lie. */
  placed: boolean;
}

/** Why a pass has ended; `again`: a loop has been unrolled once more. */
/** All runs were looked at. */
export const NO_LONGER = 'no run is longer';

type Ended = { readonly stopped: string } | 'again';

export async function searchBounded(
  program: Program,
  properties: readonly string[],
  limits: Limits,
  session: SolverSession,
  progress: (text: string) => void,
): Promise<BoundedResult> {
  const deadline = performance.now() + limits.seconds * 1000;
  const rounds = new Map<string, number>();
  const found = new Map<string, Evidence>();
  /** Steps are looked at, not what several CPUs are about to do. */
  const isJudged = (system: Transitions, id: string) =>
    isProvable(system, id) && !(isDataRace(id) && program.bounds.cpus > 1);
  let judged: ReadonlySet<string> = new Set();
  let depth = 0;

  /** What was settled for a depth before holds with more rounds, too: no run of that length makes them. */
  async function pass(): Promise<Ended> {
    const system = createTransitions(lower(program, { rounds, slice: true }));
    judged = new Set([OUT_OF_MODEL, ...properties].filter((id) => isJudged(system, id)));
    const talk = converse(system, session);
    const frames: Frame[] = [];
    const current: Pass = { talk, frames, placed: false };
    for (let frame = firstFrame(system); ; ) {
      frames.push(frame);
      // The terms of the steps are made here, which takes its time.
      for (const { step } of frame.candidates) {
        if (performance.now() >= deadline) return outOfTime();
        step.step();
      }
      for (const definition of definitionsIn(frame)) talk.assert(definition);
      if (frame.depth >= depth) {
        const ended = await settle(current, frame);
        if (ended !== null) return ended;
        depth = frame.depth + 1;
        progress(`nothing else is found within ${depth} steps`);
      }
      if (depth === limits.depth) return { stopped: 'the depth bound was reached' };
      const following = nextFrame(frame);
      if (!following) return { stopped: NO_LONGER };
      talk.assert(following.went);
      frame = following.next;
    }
  }

  /** Finds all that can be violated in the last frame; what ends the pass, if something does. */
  async function settle(current: Pass, frame: Frame): Promise<Ended | null> {
    const { talk, frames } = current;
    const open = [...judged].filter((id) => !found.has(id));
    const fails = named(talk, frame, 'fails', new Map(open.map((id) => [id, failsIn(frame, id)])));
    const cuts = named(talk, frame, 'cut', cutsIn(frame));
    const shown = [...frames.flatMap(decisive), ...fails.values(), ...cuts.values()];
    for (;;) {
      if (properties.every((id) => found.has(id) || !judged.has(id)))
        return { stopped: 'nothing is left to look for' };
      const goals = [...[...fails].filter(([id]) => !found.has(id)).map(([, v]) => v), ...cuts.values()];
      if (goals.length === 0) return null;
      if (performance.now() >= deadline) return outOfTime();
      const timeoutMs = deadline - performance.now();
      const options = { timeoutMs, ...(limits.signal && { signal: limits.signal }) };
      const reply = await talk.ask(frame.system.terms.or(...goals), shown, options);
      if (reply.kind === 'unsat') return null;
      if (reply.kind !== 'sat') return unanswered(reply);
      const holds = (v: Term) => reply.model.get(quoteSymbol(v.symbol)) === true;
      for (const [loop, v] of cuts) if (holds(v)) return unrollOnce(loop);
      const failed = [...fails].filter(([id, v]) => !found.has(id) && holds(v));
      const findings = failed.map(([id]) => [id, showRun(frames, reply.model, id)] as const);
      for (const [id, finding] of findings) if ('trace' in finding || current.placed) found.set(id, finding);
      if (!current.placed && findings.some(([, finding]) => 'reason' in finding)) {
        current.placed = true;
        for (const fact of placement(frame.system)) talk.assert(fact);
      }
    }
  }

  function unrollOnce(loop: string): Ended {
    const reason = addRound(rounds, loop);
    return reason === null ? 'again' : { stopped: reason };
  }

  function unanswered(reply: Exclude<Reply, { kind: 'sat' | 'unsat' }>): Ended {
    if (performance.now() >= deadline) return outOfTime();
    return { stopped: reply.kind === 'gave up' ? 'the solver gave up' : reply.reason };
  }

  const outOfTime = () => ({ stopped: `time ran out after ${limits.seconds} s` });

  for (;;) {
    const ended = await pass();
    if (ended !== 'again') return { depth, stopped: ended.stopped, found, judged };
  }
}

/** Variables that say which of the conditions hold; those that cannot hold are left out. */
function named(
  talk: Conversation,
  { system: { terms }, depth }: Frame,
  what: string,
  conditions: ReadonlyMap<string, Term>,
): ReadonlyMap<string, Term> {
  const variables = new Map<string, Term>();
  for (const [name, condition] of conditions) {
    if (condition === terms.false_) continue;
    const variable = terms.variable(`${what} ${name}@${depth}`, 1);
    talk.assert(terms.eq(variable, condition));
    variables.set(name, variable);
  }
  return variables;
}
