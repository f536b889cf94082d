/** Which part of the project may import which: ARCHITECTURE.md, held here. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Each layer sees itself and those before it. */
const layers = ['support', 'lang', 'system', 'semantics', 'solver', 'evidence', 'engine'] as const;
const below = (layer: (typeof layers)[number]) =>
  layers.slice(0, layers.indexOf(layer) + 1).map((name) => `src/${name}/`);

/** Folder: what its files may import, by the beginning of the path. */
const allowed: readonly (readonly [folder: string, sees: readonly string[]])[] = [
  ...layers.map((layer) => [`src/${layer}/`, below(layer)] as const),
  ['src/mutants/', [...below('engine'), 'src/mutants/']],
  ['src/report/', ['src/support/', 'src/lang/', 'src/system/', 'src/evidence/', 'src/report/']],
  ['src/litmus/', ['src/support/', 'src/lang/', 'src/litmus/']],
  ['src/cli/', ['src/', 'models/', 'specs/']],
  ['models/', ['models/', 'src/lang/', 'src/litmus/']],
  ['specs/', ['specs/', 'models/', 'src/lang/']],
];

/** Replay is the judge of what generated code and solvers say, so it shares nothing with them. */
const replay = ['codec', 'interpreter', 'memory', 'arithmetic', 'program-file', 'trace', 'record'];
const replayFiles = [...replay, 'replay', 'run', 'trace-file'].map((name) => `src/evidence/${name}.ts`);
const replaySees = ['src/evidence/', 'src/lang/', 'src/support/'];

/** Packages that only one folder may import. */
const owned: readonly (readonly [specifier: RegExp, folder: string])[] = [[/^z3-solver$/, 'src/solver/']];

const files = ['src', 'models', 'specs']
  .flatMap((top) =>
    readdirSync(join(root, top), { recursive: true, encoding: 'utf8' }).map((name) => join(top, name)),
  )
  .filter((name) => name.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(name))
  .sort();

function imports(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = text.matchAll(
    /^(?:import|export)\s[^'"]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gms,
  );
  return [...found].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '');
}

/** Paths from the root of the files that a file imports. */
const filesImported = (file: string): readonly string[] =>
  imports(file)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => relative(root, join(root, dirname(file), specifier)));

describe('each file imports only what its folder sees', () => {
  test.each(allowed)('%s', (folder, sees) => {
    const stray = files
      .filter((file) => file.startsWith(folder))
      .flatMap((file) =>
        filesImported(file)
          .filter((path) => !sees.some((prefix) => path.startsWith(prefix)))
          .map((path) => `${file} imports ${path}`),
      );
    expect(stray).toEqual([]);
  });
});

test('replay shares nothing with lowering, generated code, solvers and engines', () => {
  const stray = replayFiles.flatMap((file) =>
    filesImported(file).filter((path) => !replaySees.some((p) => path.startsWith(p))),
  );
  expect(stray).toEqual([]);
  const others = replayFiles.flatMap(filesImported).filter((path) => path.startsWith('src/evidence/'));
  expect(others.filter((path) => !replayFiles.includes(path))).toEqual([]);
});

test.each(owned)('%s is imported from one place', (specifier, folder) => {
  const stray = files.filter(
    (file) => imports(file).some((i) => specifier.test(i)) && !file.startsWith(folder),
  );
  expect(stray).toEqual([]);
});
