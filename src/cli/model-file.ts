/**
 * A user's own model. The module exports `program`: a Program, or a function that makes one from the
 * bounds given on the command line. It imports the language as `pagedeed/lang`, wherever the file lies.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Message } from 'esbuild';
import { checkProgram } from '../lang/check.ts';
import type { Bounds, Program } from '../lang/program.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import { readText } from './files.ts';

export type Loaded = { readonly program: Program } | { readonly diagnostics: readonly Diagnostic[] };

const LANGUAGE = 'pagedeed/lang';
/** Both lie in dist/, one folder above this file's bundle. */
const languageCode = fileURLToPath(new URL('../lang.js', import.meta.url));
const languageTypes = fileURLToPath(new URL('../types/lang/public.d.ts', import.meta.url));

/** Errors: PD0003; what is wrong with the model is given as diagnostics. */
export async function loadModel(file: string, bounds: Bounds): Promise<Loaded> {
  await readText(file);
  const illTyped = await typeCheck(file);
  if (illTyped.length > 0) return { diagnostics: illTyped };
  const bundled = await bundle(file);
  if (typeof bundled !== 'string') return { diagnostics: bundled };
  const made = await makeProgram(bundled, file, bounds);
  if ('diagnostics' in made) return made;
  const illFormed = checkProgram(made.program);
  return illFormed.length > 0 ? { diagnostics: illFormed } : made;
}

/** Runs the installed compiler on the file, with its own configuration in a folder that is then removed. */
async function typeCheck(file: string): Promise<readonly Diagnostic[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pagedeed-'));
  try {
    const project = join(folder, 'tsconfig.json');
    const compilerOptions = {
      target: 'es2023',
      lib: ['es2023'],
      module: 'esnext',
      moduleResolution: 'bundler',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      allowImportingTsExtensions: true,
      types: [],
      paths: { [LANGUAGE]: [languageTypes] },
    };
    await writeFile(project, JSON.stringify({ compilerOptions, files: [resolve(file)] }));
    const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
    const { output, failed } = await run(process.execPath, [tsc, '--project', project, '--pretty', 'false']);
    const found = parseCompilerOutput(output);
    if (!failed || found.length > 0) return found;
    return [{ code: 'PD0201', message: `the TypeScript compiler failed: ${output.trim()}`, place: file }];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a command prints, and whether its exit status is other than 0. */
function run(
  command: string,
  args: readonly string[],
): Promise<{ readonly output: string; readonly failed: boolean }> {
  return new Promise((done) => {
    execFile(command, args, { maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
      done({ output: stdout + stderr, failed: error !== null }),
    );
  });
}

/** `FILE(LINE,COLUMN): error TSNNNN: TEXT`, with lines that go on indented. */
export function parseCompilerOutput(output: string): readonly Diagnostic[] {
  return output.split(/\r?\n(?=\S)/).flatMap((entry): Diagnostic[] => {
    const [, file = '', line, column, text = ''] =
      /^(.*?)\((\d+),(\d+)\): error (TS\d+: .*)$/s.exec(entry.trimEnd()) ?? [];
    const place = { file, line: Number(line), column: Number(column) };
    if (line !== undefined) return [{ code: 'PD0201', message: text, place }];
    const [, bare] = /^error (TS\d+: .*)$/s.exec(entry.trimEnd()) ?? [];
    return bare === undefined ? [] : [{ code: 'PD0201', message: bare }];
  });
}

async function bundle(file: string): Promise<string | readonly Diagnostic[]> {
  try {
    const result = await build({
      entryPoints: [resolve(file)],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      alias: { [LANGUAGE]: languageCode },
      logLevel: 'silent',
    });
    return result.outputFiles[0]?.text ?? '';
  } catch (error) {
    const { errors = [] } = error as { errors?: readonly Message[] };
    if (errors.length === 0) throw error;
    return errors.map(({ text, location }) => ({
      code: 'PD0201',
      message: text,
      place: location ? { file: location.file, line: location.line, column: location.column + 1 } : undefined,
    }));
  }
}

async function makeProgram(code: string, file: string, bounds: Bounds): Promise<Loaded> {
  const refuse = (message: string): Loaded => ({
    diagnostics: [{ code: 'PD0201', message, place: file }],
  });
  try {
    const url = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
    const { program: exported } = (await import(url)) as { program?: unknown };
    if (exported === undefined)
      return refuse('the module exports no `program`: a Program, or a function from bounds to one');
    const program = typeof exported === 'function' ? (exported as (b: Bounds) => unknown)(bounds) : exported;
    if (!isProgram(program))
      return refuse('`program` is no Program: it is made by program() of pagedeed/lang');
    return { program };
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function isProgram(value: unknown): value is Program {
  return typeof value === 'object' && value !== null && 'operations' in value && 'structs' in value;
}
