// Builds dist/ from src/: the command, one file per worker, and pagedeed/lang with its declarations.
//
// Every output but dist/lang.js lies exactly one folder below dist/, as its source lies one below src/;
// src/support/worker-file.ts counts on that to find a worker from wherever its caller was bundled.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const entries = {
  'cli/main': 'src/cli/main.ts',
  'engine/check-worker': 'src/engine/check-worker.ts',
  'solver/z3-worker': 'src/solver/z3-worker.ts',
  lang: 'src/lang/public.ts',
};
const present = Object.entries(entries).filter(([, source]) => existsSync(source));

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: Object.fromEntries(present),
  outdir: 'dist',
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

copyFileSync('src/report/results.schema.json', 'dist/results.schema.json');

if (existsSync(entries.lang)) {
  const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
  execFileSync(process.execPath, [tsc, '--project', 'tsconfig.lang.json'], { stdio: 'inherit' });
}
