// Builds dist/ from src/: the command, one file per worker, and pagedeed/lang with its declarations.
//
// Every output but dist/lang.js lies exactly one folder below dist/, as its source lies one below src/;
// src/support/worker-file.ts counts on that to find a worker from wherever its caller was bundled.
// A test builds into a folder of its own, beside dist/: node build.mjs FOLDER.
import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const out = process.argv[2] ?? 'dist';
const entries = {
  'cli/main': 'src/cli/main.ts',
  'cli/mutants': 'src/cli/mutants.ts',
  'engine/check-worker': 'src/engine/check-worker.ts',
  'engine/helper-worker': 'src/engine/helper-worker.ts',
  'mutants/hunt-worker': 'src/mutants/hunt-worker.ts',
  'solver/z3-worker': 'src/solver/z3-worker.ts',
  lang: 'src/lang/public.ts',
};

rmSync(out, { recursive: true, force: true });
await build({
  entryPoints: entries,
  outdir: out,
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
});

for (const schema of ['results', 'litmus'])
  copyFileSync(`src/report/${schema}.schema.json`, `${out}/${schema}.schema.json`);

const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
const declarations = ['--project', 'tsconfig.lang.json', '--outDir', `${out}/types`];
execFileSync(process.execPath, [tsc, ...declarations], { stdio: 'inherit' });
