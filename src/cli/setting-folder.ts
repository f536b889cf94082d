/** The folder of a program's setting: evidence of one scenario at other bounds, or another policy, lies apart. */
import type { Program } from '../lang/program.ts';
import { showBounds } from '../report/preamble.ts';
import { defaultSetting, showPolicyOf } from './catalogue.ts';

/** Bounds that follow from others. */
const derived: ReadonlySet<string> = new Set(['slots']);

/** The CPUs, and whatever is not as usual: `1-cpu`, `2-cpus-1-offset-early-kill-none`. */
export function settingFolder({ bounds, policy }: Pick<Program, 'bounds' | 'policy'>): string {
  const usual: Readonly<Record<string, number>> = { ...defaultSetting.bounds };
  const usualPolicy = showPolicyOf(defaultSetting.policy);
  const told = Object.entries(bounds).filter(
    ([name, count]) => name === 'cpus' || (!derived.has(name) && count !== usual[name]),
  );
  const chosen = Object.entries(policy).filter(([name, value]) => value !== usualPolicy[name]);
  return [showBounds(Object.fromEntries(told)), ...chosen.flat()]
    .join(' ')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
}
