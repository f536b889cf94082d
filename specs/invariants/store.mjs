// Keeps the invariants of certificates as hints: node specs/invariants/store.mjs OUT, where OUT is the folder
// that `pagedeed check --out OUT` wrote. The file of the scenario and its number of CPUs is replaced; stored.ts imports
// them by name.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [out] = process.argv.slice(2);
if (out === undefined) throw new Error('usage: node specs/invariants/store.mjs OUT');
for (const name of readdirSync(out, { recursive: true, encoding: 'utf8' }).sort()) {
  if (!name.endsWith('certificate.json')) continue;
  const { program, properties, rounds, lockOrder, invariant } = JSON.parse(
    readFileSync(join(out, name), 'utf8'),
  );
  const { cpus } = program.bounds;
  const severally = cpus > 1 ? `-${cpus}-cpus` : '';
  const file = new URL(`${program.name.replaceAll('/', '-')}${severally}.json`, import.meta.url);
  const stored = { properties, rounds, lockOrder, invariant: invariant.map((c) => c.smt) };
  writeFileSync(file, `${JSON.stringify(stored, null, 1)}\n`);
}
