/** `pagedeed certificate FILE...`: checks certificates again, with nothing taken from them but the invariant. */

import type { Certificate } from '../evidence/certificate.ts';
import {
  checkCertificate,
  readCertificate,
  regenerate as regenerateScripts,
} from '../evidence/check-certificate.ts';
import { conjunctPrinter } from '../evidence/invariant-text.ts';
import { saysTable } from '../evidence/state-table.ts';
import type { Program } from '../lang/program.ts';
import { showBounds, showPolicy } from '../report/preamble.ts';
import { openZ3Session } from '../solver/z3.ts';
import { PagedeedError, renderDiagnostic } from '../support/diagnostics.ts';
import { regenerate } from './catalogue.ts';
import { writeScripts } from './evidence-files.ts';
import { readText } from './files.ts';
import { loadModel } from './model-file.ts';
import type { Command, Given } from './options.ts';
import { createProgress } from './progress.ts';

export const certificateCommand: Command = {
  name: 'certificate',
  operands: 'FILE...',
  says: 'Check certificates again: the program is made anew, and a fresh solver asked.',
  options: [
    { name: 'model', value: 'FILE.ts', says: 'the model that they are about, if it is one of your own' },
    { name: 'timeout', value: 'S', says: 'seconds for each script (60)' },
    { name: 'invariant', value: null, says: 'print the invariant, C-like' },
    { name: 'scripts', value: 'DIR', says: 'write its scripts there, for other solvers' },
  ],
  run: async (given: Given) => {
    if (given.operands.length === 0)
      throw new PagedeedError({ code: 'PD0001', message: 'certificate takes at least one file' });
    const statuses: number[] = [];
    for (const file of given.operands) statuses.push(await recheck(given, file));
    return statuses.includes(1) ? 1 : Math.max(...statuses);
  },
};

/** 0: it holds; 1: it is refused; 3: the solver gave up. Errors: PagedeedError. */
async function recheck(given: Given, file: string): Promise<number> {
  const certificate = readCertificate(await readText(file), file);
  const program = await programOf(certificate, given.text('model'), file);
  const folder = given.text('scripts');
  if (folder !== undefined) await writeScripts(regenerateScripts(certificate, program).scripts, folder);
  const session = openZ3Session();
  const progress = createProgress(process.stderr);
  let asked = 0;
  try {
    const timeoutMs = 1000 * (given.number('timeout', 1) ?? 60);
    const check = await checkCertificate(certificate, program, session, () => {
      progress.show(file, `${++asked} of at most ${certificate.scripts.length} scripts asked`);
      return { timeoutMs };
    });
    progress.clear();
    process.stdout.write(report(certificate, file, check));
    if (given.has('invariant')) process.stdout.write(invariantText(certificate, program));
    return check.holds === null ? 3 : check.holds ? 0 : 1;
  } finally {
    await session.close();
  }
}

/** What is checked, and not what the file says of it. */
function invariantText(certificate: Certificate, program: Program): string {
  const { system, conjuncts } = regenerateScripts(certificate, program);
  const print = conjunctPrinter(system);
  return conjuncts.map((conjunct) => `  ${print(conjunct)}\n`).join('');
}

async function programOf(
  { program: about }: Certificate,
  model: string | undefined,
  file: string,
): Promise<Program> {
  if (model === undefined) {
    const program = regenerate(about);
    if (program) return program;
    throw new PagedeedError({
      code: 'PD0101',
      message: `no scenario is called ${about.name}`,
      place: file,
      hint: 'a model of your own is given by --model FILE.ts',
    });
  }
  const { cpus = 1, ...others } = about.bounds;
  const loaded = await loadModel(model, { cpus, ...others });
  if ('program' in loaded) return loaded.program;
  process.stderr.write(loaded.diagnostics.map((d) => `${renderDiagnostic(d)}\n`).join(''));
  throw new PagedeedError({ code: 'PD0201', message: 'the model cannot be read', place: model });
}

function report(
  { program, properties, invariant, states, scripts }: Certificate,
  file: string,
  check: Awaited<ReturnType<typeof checkCertificate>>,
): string {
  const verdict =
    check.holds === true
      ? `holds: ${scripts.length} scripts, each unsat, by ${check.solver}`
      : `${check.holds === false ? 'is refused' : 'could not be checked'}: ${check.reason}`;
  const setting = [showBounds(program.bounds), showPolicy(program.policy)].filter((s) => s !== '').join('; ');
  return [
    `${file} ${verdict}`,
    `  ${program.name} (${setting}): ${properties.join(', ')}`,
    `  ${invariant.length} conjuncts${states ? ` and a table: ${saysTable(states)}` : ''}`,
    '',
  ].join('\n');
}
