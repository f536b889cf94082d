/** The scenarios that ship with pagedeed: models and specifications put together. */
import { eras } from '../../models/eras.ts';
import { buildScenario, defaultBounds, type Policy, type ScenarioBounds } from '../../models/scenario.ts';
import { stacks } from '../../models/stacks.ts';
import { properties } from '../../specs/properties/all.ts';
import { type Program, program } from '../lang/program.ts';
import { PagedeedError } from '../support/diagnostics.ts';
import { didYouMean } from '../support/nearest.ts';
import { matches } from './glob.ts';

export interface ScenarioEntry {
  /** `ERA/STACK`. */
  readonly id: string;
  readonly says: string;
}

export interface Setting {
  readonly bounds: ScenarioBounds;
  readonly policy: Policy;
}

export const defaultSetting: Setting = {
  bounds: defaultBounds,
  policy: { earlyKill: 'all', source: 'task', faultsFail: true },
};

export const scenarios: readonly ScenarioEntry[] = eras.flatMap((era) =>
  stacks.map((stack) => ({ id: `${era.id}/${stack.id}`, says: stack.says })),
);

/** The scenarios with these names, or that match these patterns; all if there are none. Errors: PD0101. */
export function selectScenarios(patterns: readonly string[]): readonly string[] {
  const ids = scenarios.map((s) => s.id);
  if (patterns.length === 0) return ids;
  const picked = patterns.flatMap((pattern) => {
    const found = ids.filter((id) => matches(pattern, id));
    if (found.length > 0) return found;
    throw new PagedeedError({
      code: 'PD0101',
      message: `no scenario is called ${pattern}`,
      hint: didYouMean(pattern, ids) ?? 'pagedeed list scenarios prints them all',
    });
  });
  return ids.filter((id) => picked.includes(id));
}

/** The program of a scenario with the predicates of these properties. */
export function scenarioProgram(id: string, { bounds, policy }: Setting, wanted: readonly string[]): Program {
  const [eraId, stackId] = id.split('/');
  const era = eras.find((e) => e.id === eraId);
  const stack = stacks.find((s) => s.id === stackId);
  if (!era || !stack) throw new Error(`${id} is not in the catalogue`);
  const spec = buildScenario({ era, stack, bounds, policy });
  const parts = properties.filter((p) => wanted.includes(p.id)).map((p) => p.build(spec.bounds, policy));
  return program({
    ...spec,
    policy: showPolicyOf(policy),
    observers: [...(spec.observers ?? []), ...new Set(parts.flatMap((p) => p.observers))],
    properties: parts.flatMap((p) => p.properties),
  });
}

/** Every property of the catalogue, and those that any model has: decided by the language or an engine. */
export const propertyIds: readonly string[] = properties.map((p) => p.id);
export const generalPropertyIds: readonly string[] = properties
  .filter((p) => p.decidedBy !== 'predicate')
  .map((p) => p.id);

/** Those that take a scenario with memory failures. */
export const ofFailures: readonly string[] = properties.filter((p) => p.ofFailures).map((p) => p.id);

/** A policy as programs, traces and certificates have it. */
export function showPolicyOf({
  earlyKill,
  source,
  faultsFail,
  moreOperations,
  afterOops,
}: Policy): Readonly<Record<string, string>> {
  return {
    'early-kill': earlyKill,
    source: source ?? 'none',
    'faults-fail': faultsFail === false ? 'no' : 'yes',
    ...(moreOperations && { operations: 'more' }),
    ...(afterOops && { 'after-oops': 'yes' }),
  };
}

/** What traces and certificates say of the program that they are about. */
export interface Identity {
  readonly name: string;
  readonly bounds: Readonly<Record<string, number>>;
  readonly policy: Readonly<Record<string, string>>;
  /** Properties of which it has the predicates. */
  readonly predicates: readonly string[];
}

/** The program of that identity, made anew; undefined if the catalogue has no scenario of that name. */
export function regenerate({ name, bounds, policy, predicates }: Identity): Program | undefined {
  if (!scenarios.some((s) => s.id === name)) return undefined;
  const { cpus = 1, files = 0, blocks = 0, offsets = 0, tasks = 0 } = bounds;
  const { source } = policy;
  return scenarioProgram(
    name,
    {
      bounds: { cpus, files, blocks, offsets, tasks },
      policy: {
        earlyKill: policy['early-kill'] === 'none' ? 'none' : 'all',
        source: source === 'task' || source === 'pfn' ? source : null,
        faultsFail: policy['faults-fail'] !== 'no',
        moreOperations: policy.operations === 'more',
        afterOops: policy['after-oops'] === 'yes',
      },
    },
    predicates,
  );
}
