/** `pagedeed list`: what there is to check. */
import { claims } from '../../specs/claims.ts';
import { properties } from '../../specs/properties/all.ts';
import type { FunctionNode } from '../lang/nodes.ts';
import { wrap } from '../report/wrap.ts';
import { PagedeedError } from '../support/diagnostics.ts';
import { didYouMean } from '../support/nearest.ts';
import { defaultSetting, scenarioProgram, scenarios, showPolicyOf } from './catalogue.ts';
import type { Command, Given } from './options.ts';
import { showSetting } from './setting.ts';
import { AFTER_OOPS } from './subject.ts';

/** A thing listed: its name, and sentences about it. */
interface Entry {
  readonly id: string;
  readonly says: readonly string[];
}

const lists: Readonly<Record<string, () => readonly Entry[]>> = {
  scenarios: () => scenarios.map(({ id, says }) => ({ id, says: [says] })),
  properties: () => [
    ...properties.map(({ id, prose, reason }) => ({ id, says: [prose, reason] })),
    {
      id: `${AFTER_OOPS}PROPERTY`,
      says: [
        'The property, on runs that go on after an oops: the task dies there and keeps the locks that it holds, and its CPU runs other tasks. At most 3 CPUs.',
        'A task that dies with mf_mutex or the lock of a DAX entry is not the end: others go on, and wait for what nobody gives back.',
      ],
    },
  ],
  functions: () =>
    modelledFunctions().map(({ name, file, abstracts }) => ({
      id: name,
      says: [file === '' ? 'not a function of the kernel' : file, ...abstracts],
    })),
  claims: () =>
    claims.map(({ scenario, property, verdict, bounds, policy }) => ({
      id: `${scenario} ${property}`,
      says: [`${verdict}, with ${showSetting({ bounds: { ...bounds }, policy: showPolicyOf(policy) })}`],
    })),
};

export const listCommand: Command = {
  name: 'list',
  operands: `[${Object.keys(lists).join('|')}]`,
  says: 'List what can be checked (scenarios), the properties, what is modelled, or what is claimed.',
  options: [{ name: 'json', value: null, says: 'print as JSON' }],
  run: async (given: Given) => {
    const [what = 'scenarios', ...others] = given.operands;
    const list = Object.hasOwn(lists, what) ? lists[what] : undefined;
    if (!list || others.length > 0)
      throw new PagedeedError({
        code: 'PD0001',
        message: `there is no list of ${given.operands.join(' ')}`,
        hint: didYouMean(what, Object.keys(lists)) ?? `there are: ${Object.keys(lists).join(', ')}`,
      });
    const entries = list();
    process.stdout.write(given.has('json') ? `${JSON.stringify(entries, null, 2)}\n` : show(entries));
    return 0;
  },
};

/** Every function that a scenario of the catalogue can reach, by name; the first of each name. */
function modelledFunctions(): readonly FunctionNode[] {
  const setting = { ...defaultSetting, policy: { ...defaultSetting.policy, moreOperations: true } };
  const all = new Map<string, FunctionNode>();
  for (const { id } of scenarios)
    for (const fn of scenarioProgram(id, setting, []).functions) if (!all.has(fn.name)) all.set(fn.name, fn);
  return [...all.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function show(entries: readonly Entry[]): string {
  return entries
    .flatMap(({ id, says }) => [id, ...says.flatMap((s) => wrap(s, '    ', '    '))])
    .map((line) => `${line}\n`)
    .join('');
}
