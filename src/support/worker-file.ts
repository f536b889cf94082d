import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const bundles = new Map<string, Promise<URL>>();

/**
 * The JavaScript file of a worker, e.g. `solver/z3-worker` for src/solver/z3-worker.ts.
 *
 * In a built package it lies beside its caller's bundle: build.mjs puts each output one folder below
 * dist/. When the sources themselves run (under vitest), which Node 20 cannot load into a worker, it is
 * bundled on first use.
 */
export function workerFile(name: string): Promise<URL> {
  if (!import.meta.url.endsWith('.ts')) return Promise.resolve(new URL(`../${name}.js`, import.meta.url));
  const bundle = bundles.get(name) ?? bundleWorker(name);
  bundles.set(name, bundle);
  return bundle;
}

/** Bundles into a cache below node_modules, where the worker's own imports of packages resolve. */
async function bundleWorker(name: string): Promise<URL> {
  const { build } = await import('esbuild');
  const result = await build({
    entryPoints: [fileURLToPath(new URL(`../${name}.ts`, import.meta.url))],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    // A worker started by this worker is then found from its source, too.
    define: { 'import.meta.url': JSON.stringify(import.meta.url) },
    write: false,
    logLevel: 'silent',
  });
  const file = new URL(`../../node_modules/.cache/pagedeed/${name}.js`, import.meta.url);
  const path = fileURLToPath(file);
  await mkdir(dirname(path), { recursive: true });
  // Test files run at the same time: each writes a file of its own and moves it into place.
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, result.outputFiles[0]?.contents ?? '');
  await rename(draft, path);
  return file;
}
