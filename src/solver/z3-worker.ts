/**
 * A worker thread that owns one Z3 context: each message in is SMT-LIB text, each message out what Z3 printed
 * for it. The first message out is sent when Z3 is ready. Whatever goes wrong beyond that (memory, a trap)
 * is left uncaught and ends the worker, since the module's state cannot be relied upon any more.
 */
import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';
import { init, Z3_error_code } from 'z3-solver';
import { assert } from '../support/assert.ts';
import { rememberTableEntries } from './table-entries.ts';

export type Z3WorkerReady = { readonly version: string };
export type Z3WorkerAnswer = { readonly output: string };

assert(parentPort, 'z3-worker must be started as a worker thread');
const port = parentPort;

rememberTableEntries();
// What Z3 prints beside its answers are warnings; on our standard output they would spoil a report.
const { Z3, em } = await init({ print: () => {}, printErr: () => {} });
const context = Z3.mk_context(Z3.mk_config());

/**
 * Calls the module without the promise and the thread that `Z3.eval_smtlib2_string` puts around each call
 * (some fifteen times slower), and passes the text by the heap: scripts run to megabytes.
 */
function evaluate(script: string): string {
  const bytes = Buffer.from(`${script}\0`);
  const pointer: number = em._malloc(bytes.length);
  assert(pointer !== 0, 'Z3 is out of memory');
  em.HEAPU8.set(bytes, pointer);
  const output: string = em.UTF8ToString(em._Z3_eval_smtlib2_string(context, pointer));
  em._free(pointer);
  const code = Z3.get_error_code(context);
  // A refused command says so in the output; an exception beyond the commands may leave bare words there.
  const told = code === Z3_error_code.Z3_OK || code === Z3_error_code.Z3_PARSER_ERROR;
  return told ? output : `(error "Z3: ${output.replaceAll('"', '""')}")`;
}

port.on('message', (script: string) => {
  port.postMessage({ output: evaluate(script) } satisfies Z3WorkerAnswer);
});

// The package and the Z3 inside it are numbered apart.
const { version } = createRequire(import.meta.url)('z3-solver/package.json') as { version: string };
const inside = Z3.get_full_version().replace(/^Z3 /, '');
port.postMessage({ version: `z3-solver ${version} (Z3 ${inside}, wasm)` } satisfies Z3WorkerReady);
