/** What is said of a program's setting, and its folder: evidence of one scenario at other bounds, or another policy, lies apart. */
import type { Program } from '../lang/program.ts';
import { showBounds, showPolicy } from '../report/preamble.ts';
import { defaultSetting, showPolicyOf } from './catalogue.ts';

/** Bounds that follow from others. */
const derived: ReadonlySet<string> = new Set(['slots']);

type Of = Pick<Program, 'bounds' | 'policy'>;

/** The CPUs, and whatever is not as usual: `2 CPUs, 1 offset, early-kill none`. */
export function showSetting({ bounds, policy }: Of): string {
  const usual: Readonly<Record<string, number>> = { ...defaultSetting.bounds };
  const usualPolicy = showPolicyOf(defaultSetting.policy);
  const told = Object.entries(bounds).filter(
    ([name, count]) => name === 'cpus' || (!derived.has(name) && count !== usual[name]),
  );
  const chosen = Object.entries(policy).filter(([name, value]) => value !== usualPolicy[name]);
  return [
    showBounds(Object.fromEntries(told)),
    ...(chosen.length > 0 ? [showPolicy(Object.fromEntries(chosen))] : []),
  ].join(', ');
}

/** `1-cpu`, `2-cpus-1-offset-early-kill-none`. */
export function settingFolder(program: Of): string {
  return showSetting(program)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
}
