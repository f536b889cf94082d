/** The reference system of that name, with so many CPUs. */
import { expect } from 'vitest';
import type { Reference } from '../../specs/reference/reference.ts';
import { references } from '../../specs/reference/references.ts';

export function namedReference(name: string, cpus: number): Reference {
  const found = references.find((r) => r.program.name === name && r.program.bounds.cpus === cpus);
  return found ?? expect.fail(`no reference system ${name}`);
}
