/** From a command line of `check` to the programs and properties to check, and what is claimed of them. */
import { type Claim, claims } from '../../specs/claims.ts';
import { storedInvariant, storedInvariants } from '../../specs/invariants/stored.ts';
import type { StoredInvariant } from '../evidence/certificate.ts';
import { checkProgram } from '../lang/check.ts';
import type { Bounds, Program } from '../lang/program.ts';
import { type Diagnostic, PagedeedError } from '../support/diagnostics.ts';
import { didYouMean } from '../support/nearest.ts';
import {
  defaultSetting,
  generalPropertyIds,
  ofFailures,
  propertyIds,
  type Setting,
  scenarioProgram,
  selectScenarios,
} from './catalogue.ts';
import { loadModel } from './model-file.ts';
import type { Given } from './options.ts';
import { AFTER_OOPS, type Cell, checkPropertyNames, mayNamePlace, REACH_ALL, writtenOut } from './subject.ts';

export type Plan =
  | { readonly cells: readonly PlannedCell[]; readonly kernel: boolean }
  | { readonly diagnostics: readonly Diagnostic[] };

export interface PlannedCell extends Cell {
  /** What the names of its properties begin with in results and claims. */
  readonly prefix: string;
  /** An invariant found before. */
  readonly stored?: StoredInvariant;
  /** How often loops go round at least, as far as is known. */
  readonly rounds?: Readonly<Record<string, number>>;
  /** Its policy, or what it judges, is not as usual. */
  readonly unusual?: boolean;
  /** By property. */
  readonly claimed: ReadonlyMap<string, Claim['verdict']>;
}

/** Errors: PagedeedError for names and values that make no sense; a model's faults come as diagnostics. */
export async function planCheck(given: Given): Promise<Plan> {
  const model = given.text('model');
  const set = given.text('claims');
  if (model !== undefined) refuse(given, ['claims', ...policyOptions], 'a model has no policy and no claims');
  else if (set !== undefined)
    refuse(given, [...boundOptions, ...policyOptions], 'claims have bounds and policies');
  const plan = model === undefined ? await planKernel(given, set) : await planModel(given, model);
  if ('diagnostics' in plan) return plan;
  // The usual programs are checked by the tests.
  const others = plan.cells.filter((c) => !plan.kernel || c.unusual);
  const diagnostics = others.flatMap(({ program }) => checkProgram(program));
  return diagnostics.length > 0 ? { diagnostics } : plan;
}

async function planKernel(given: Given, set: string | undefined): Promise<Plan> {
  const planned = set === undefined ? planScenarios(given) : planClaims(given, set);
  return { cells: await Promise.all(planned), kernel: true };
}

const boundOptions = ['cpus', 'files', 'blocks', 'offsets', 'tasks'];
const policyOptions = ['early-kill', 'source', 'operations', 'faults-fail'];

/** Errors: PD0001 for an option that would be ignored. */
function refuse(given: Given, options: readonly string[], why: string): void {
  const option = options.find((name) => given.has(name));
  if (option !== undefined)
    throw new PagedeedError({ code: 'PD0001', message: `${why}: --${option} is not for these` });
}

function askedProperties(given: Given): readonly string[] | undefined {
  return given.text('property')?.split(',');
}

function settingOf(given: Given): Setting {
  const { bounds, policy } = defaultSetting;
  const of = (name: keyof Setting['bounds']) => given.number(name, 1) ?? bounds[name];
  const source = given.oneOf('source', ['task', 'pfn', 'none']);
  return {
    bounds: {
      cpus: cpusOf(given, bounds.cpus),
      files: of('files'),
      blocks: of('blocks'),
      offsets: of('offsets'),
      tasks: of('tasks'),
    },
    policy: {
      earlyKill: given.oneOf('early-kill', ['all', 'none']) ?? policy.earlyKill,
      source: source === 'none' ? null : (source ?? policy.source),
      faultsFail: given.oneOf('faults-fail', ['yes', 'no']) !== 'no',
      moreOperations: given.oneOf('operations', ['usual', 'more']) === 'more',
    },
  };
}

/** Four CPUs are the most that a lock word has bits for. */
function cpusOf(given: Given, usual: number): number {
  const cpus = given.number('cpus', 1) ?? usual;
  if (cpus <= 4) return cpus;
  throw new PagedeedError({
    code: 'PD0002',
    message: `there are at most 4 CPUs, not ${cpus}`,
    place: '--cpus',
  });
}

/** What to judge on runs up to an oops, and what on those that go on after it: two programs. */
function byRuns(
  asked: readonly string[],
): readonly { readonly prefix: string; readonly properties: readonly string[] }[] {
  const later = asked.filter((id) => id.startsWith(AFTER_OOPS));
  return [
    { prefix: '', properties: asked.filter((id) => !later.includes(id)) },
    { prefix: AFTER_OOPS, properties: later.map((id) => id.slice(AFTER_OOPS.length)) },
  ].filter(({ properties }) => properties.length > 0);
}

function planScenarios(given: Given): readonly Promise<PlannedCell>[] {
  const chosen = settingOf(given);
  const asked = askedProperties(given);
  const missing = chosen.policy.source === null ? ofFailures : [];
  const lacking = asked?.find((id) => missing.includes(id.replace(AFTER_OOPS, '')));
  if (lacking !== undefined)
    throw new PagedeedError({
      code: 'PD0105',
      message: `${lacking} is about memory failures, and with --source none there are none`,
    });
  const runs = byRuns(asked ?? propertyIds.filter((id) => !missing.includes(id)));
  const ids = selectScenarios(given.operands);
  for (const { properties } of runs) checkPropertyNames(properties, propertyIds, null);
  return ids.flatMap((id) =>
    runs.map(async ({ prefix, properties }) => {
      const setting = prefix === '' ? chosen : { ...chosen, policy: { ...chosen.policy, afterOops: true } };
      const program = scenarioProgram(id, setting, properties);
      if (properties.some(mayNamePlace)) checkPropertyNames(properties, propertyIds, program);
      const claimed = claims.filter((c) => c.scenario === id && sameSetting(c, setting));
      const stored = prefix === '' ? await storedFor(id, setting) : {};
      return {
        scenario: id,
        program,
        prefix,
        properties: writtenOut(program, properties),
        claimed: verdictsOf(program, claimed),
        unusual: !samePolicy(setting.policy, defaultSetting.policy),
        ...stored,
      };
    }),
  );
}

function planClaims(given: Given, set: string): readonly Promise<PlannedCell>[] {
  const all = claims.filter((c) => set === 'all' || c.sets.includes(set));
  if (all.length === 0) {
    const sets = ['all', ...new Set(claims.flatMap((c) => c.sets))];
    throw new PagedeedError({
      code: 'PD0002',
      message: `no set of claims is called ${set}`,
      place: '--claims',
      hint: didYouMean(set, sets) ?? `there are: ${sets.join(', ')}`,
    });
  }
  const asked = askedProperties(given);
  const wanted = new Set(selectScenarios(given.operands));
  const cells = new Map<string, Claim[]>();
  const isAbout = ({ property }: Claim, id: string) =>
    property === id || (property === REACH_ALL && id.startsWith('reach:'));
  const there = all.filter((claim) => wanted.has(claim.scenario));
  const nothing = asked?.find((id) => !there.some((claim) => isAbout(claim, id)));
  if (nothing !== undefined || there.length === 0)
    throw new PagedeedError({
      code: nothing === undefined ? 'PD0101' : 'PD0102',
      message: `nothing is claimed of ${nothing ?? given.operands.join(', ')} in the set ${set}`,
      hint: 'pagedeed list claims prints them all',
    });
  for (const claim of there) {
    if (asked && !asked.some((id) => isAbout(claim, id))) continue;
    const key = JSON.stringify([claim.scenario, claim.bounds, claim.policy]);
    cells.set(key, [...(cells.get(key) ?? []), claim]);
  }
  return [...cells.values()].map(async (of) => {
    const [{ scenario, bounds, policy }] = of as [Claim];
    const properties = of.map((c) => c.property);
    const program = scenarioProgram(scenario, { bounds, policy }, properties);
    const isAsked = (id: string) =>
      !asked || asked.includes(id) || asked.includes(REACH_ALL) || !id.startsWith('reach:');
    return {
      scenario,
      program,
      prefix: '',
      properties: writtenOut(program, properties).filter(isAsked),
      claimed: verdictsOf(program, of),
      ...(await storedFor(scenario, { bounds, policy })),
    };
  });
}

/** Invariants are stored for the default bounds, and may hold with other policies, too. */
async function storedFor(
  scenario: string,
  { bounds }: Setting,
): Promise<Pick<PlannedCell, 'stored' | 'rounds'>> {
  const { cpus } = bounds;
  const fit = sameBounds(bounds, { ...defaultSetting.bounds, cpus });
  const stored = fit ? await storedInvariant(scenario, cpus) : undefined;
  const rounds = storedInvariants[scenario]?.rounds;
  return { ...(stored && { stored }), ...(rounds && { rounds }) };
}

async function planModel(given: Given, file: string): Promise<Plan> {
  if (given.operands.length > 0)
    throw new PagedeedError({ code: 'PD0001', message: 'a model is checked by itself, without scenarios' });
  const named = ['files', 'blocks', 'offsets', 'tasks'].flatMap((name) => {
    const count = given.number(name, 1);
    return count === undefined ? [] : [[name, count] as const];
  });
  const bounds: Bounds = { cpus: cpusOf(given, defaultSetting.bounds.cpus), ...Object.fromEntries(named) };
  const loaded = await loadModel(file, bounds);
  if ('diagnostics' in loaded) return loaded;
  const { program } = loaded;
  const other = Object.entries(bounds).find(
    ([name, n]) => given.has(name) && (program.bounds[name] ?? n) !== n,
  );
  if (other)
    throw new PagedeedError({
      code: 'PD0002',
      message: `the model has ${program.bounds[other[0]]} ${other[0]}, whatever is asked for`,
      place: `--${other[0]}`,
    });
  const known = [...generalPropertyIds, ...new Set(program.properties.map((p) => p.id))];
  const cells = byRuns(askedProperties(given) ?? known).map(({ prefix, properties }) => {
    checkPropertyNames(properties, known, program);
    const goesOn = prefix === '' ? program : { ...program, afterOops: program.afterOops ?? [] };
    return {
      scenario: program.name,
      program: goesOn,
      prefix,
      properties: writtenOut(program, properties),
      claimed: new Map(),
    };
  });
  return { cells, kernel: false };
}

/** What is claimed of one function alone goes before what is claimed of all. */
function verdictsOf(program: Program, of: readonly Claim[]): ReadonlyMap<string, Claim['verdict']> {
  const [all, single] = [true, false].map((every) => of.filter((c) => (c.property === REACH_ALL) === every));
  return new Map(
    [...(all ?? []), ...(single ?? [])].flatMap(({ property, verdict }) =>
      writtenOut(program, [property]).map((id) => [id, verdict] as const),
    ),
  );
}

const sameSetting = (a: Setting, b: Setting): boolean =>
  samePolicy(a.policy, b.policy) && sameBounds(a.bounds, b.bounds);

/** What a policy does not say is as usual. */
function samePolicy(a: Setting['policy'], b: Setting['policy']): boolean {
  return (
    a.earlyKill === b.earlyKill &&
    a.source === b.source &&
    (a.faultsFail ?? true) === (b.faultsFail ?? true) &&
    (a.moreOperations ?? false) === (b.moreOperations ?? false) &&
    (a.afterOops ?? false) === (b.afterOops ?? false)
  );
}

function sameBounds(a: Setting['bounds'], b: Setting['bounds']): boolean {
  return (Object.keys(b) as (keyof typeof b)[]).every((name) => a[name] === b[name]);
}
