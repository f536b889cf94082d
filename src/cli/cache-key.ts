/**
 * What a cached verdict is known by: the program without the predicates of other properties, the property, the
 * engine, and the code that decided. Limits of time and memory take no part: what is decided is decided.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { programHash } from '../evidence/program-file.ts';
import type { Program } from '../lang/program.ts';

const sha256 = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** The key of each property of a program. */
export function cacheKeys(
  program: Program,
  properties: readonly string[],
  engine: string,
): ReadonlyMap<string, string> {
  const common = programHash({ ...program, properties: [] });
  return new Map(
    properties.map((id) => {
      const own = program.properties.filter((p) => p.id === id);
      const predicate = programHash({
        ...program,
        structs: [],
        functions: [],
        observers: [],
        properties: own,
      });
      return [id, sha256(codeVersion(), common, id, predicate, engine)] as const;
    }),
  );
}

let version: string | undefined;

/** Of all that is built, and of the solver that comes with it: nothing that another version decided is believed. */
function codeVersion(): string {
  version ??= sha256(...codeFiles().map((file) => readFileSync(file, 'utf8')));
  return version;
}

function codeFiles(): readonly string[] {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const built = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.js'),
  );
  const solver = fileURLToPath(import.meta.resolve('z3-solver/package.json'));
  return [...built.sort().map((name) => `${root}${name}`), solver];
}
