// Bundles bench.ts and runs it; npm has built dist/ before.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const folder = mkdtempSync(join(tmpdir(), 'pagedeed-bench-'));
try {
  const outfile = join(folder, 'bench.mjs');
  await build({ entryPoints: ['bench/bench.ts'], outfile, bundle: true, platform: 'node', format: 'esm' });
  const { status } = spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
