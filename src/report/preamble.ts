/** What every report says of the scenario it is about. */
import type { Program } from '../lang/program.ts';
import { wrap } from './wrap.ts';

export const MEMORY_MODEL = 'sequential consistency';
export const KCONFIG = '64-bit, FS_DAX, MEMORY_FAILURE, HWPOISON_INJECT, KSM; no FS_DAX_LIMITED, no DEBUG_VM';

/** `2 CPUs, 2 blocks, ...`: the CPUs first, then by name. */
export function showBounds(bounds: Readonly<Record<string, number>>): string {
  const { cpus, ...others } = bounds;
  return [...(cpus === undefined ? [] : [['cpus', cpus] as const]), ...byName(others)]
    .map(([name, count]) => [count, name === 'cpus' ? 'CPUs' : name] as const)
    .map(([count, name]) => `${count} ${count === 1 ? name.replace(/s$/, '') : name}`)
    .join(', ');
}

export function showPolicy(policy: Readonly<Record<string, string>>): string {
  return byName(policy)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

const byName = <T>(values: Readonly<Record<string, T>>): readonly (readonly [string, T])[] =>
  Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));

/** A program encodes a kernel if one of its functions stands in a file of the kernel. */
const isKernel = (program: Program): boolean => program.functions.some((fn) => fn.file !== '');

/** Sentences on what the model leaves out: the program's, and those of the named functions. */
export function abstractionsOf(program: Program, functions: ReadonlySet<string>): readonly string[] {
  const own = program.functions.flatMap((fn) =>
    functions.has(fn.name) ? fn.abstracts.map((a) => `${fn.name}(): ${a}`) : [],
  );
  return [...program.abstractions, ...own];
}

function field(name: string, text: string): readonly string[] {
  const label = `${name}:`.padEnd(14);
  return wrap(text, label, ' '.repeat(label.length));
}

/** Scenario, bounds, policy and property, one below the other. */
export function header(program: Program, property: string): readonly string[] {
  const policy = showPolicy(program.policy);
  return [
    ...field('scenario', program.name),
    ...field('bounds', showBounds(program.bounds)),
    ...(policy ? field('policy', policy) : []),
    ...field('property', property),
  ];
}

/** Memory model, assumed configuration, and what is left out of the model. */
export function footer(program: Program, functions: ReadonlySet<string>): readonly string[] {
  const abstractions = abstractionsOf(program, functions);
  return [
    ...field('memory model', MEMORY_MODEL),
    ...(isKernel(program) ? field('Kconfig', KCONFIG) : []),
    ...(abstractions.length > 0 ? ['not modelled:'] : []),
    ...abstractions.flatMap((a) => wrap(a, '- ', '  ')),
  ];
}
