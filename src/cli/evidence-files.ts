/**
 * The evidence of a cell as files below the output folder: for a property `SCENARIO/SETTING/PROPERTY/trace.itf.json`
 * and the race diagram beside it; for what is proved `SCENARIO/SETTING/certificate/`, with each script by itself.
 * What an earlier run wrote there of what is decided now is gone afterwards.
 */
import { join } from 'node:path';
import type { Certificate, Script } from '../evidence/certificate.ts';
import { writeCertificate } from '../evidence/check-certificate.ts';
import { saysTable } from '../evidence/state-table.ts';
import type { Trace } from '../evidence/trace.ts';
import { writeTrace } from '../evidence/trace-file.ts';
import type { Outcome } from '../evidence/verdict.ts';
import type { Program } from '../lang/program.ts';
import { raceDiagram } from '../report/race-diagram.ts';
import { PagedeedError } from '../support/diagnostics.ts';
import { removeOthers, writeWhole } from './files.ts';
import { settingFolder } from './setting.ts';

/** The paths written, by property. Errors: PD0004. */
export async function writeEvidence(
  folder: string,
  program: Program,
  outcomes: readonly Outcome[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const names = program.name.split('/');
  if (names.some((name) => name === '' || name === '.' || name === '..'))
    throw new PagedeedError({
      code: 'PD0004',
      message: `no folder can be called ${program.name}`,
      place: folder,
    });
  const place = join(folder, ...names, settingFolder(program));
  const taken = new Set<string>();
  /** `a:b` and `a-b` are two properties. */
  const folderOf = (property: string): string => {
    const name = property.replaceAll(/[^\w.-]/g, '-');
    const [free = name] = [name, ...outcomes.map((_, i) => `${name}-${i + 2}`)].filter((n) => !taken.has(n));
    taken.add(free);
    return free;
  };
  const paths = new Map<string, readonly string[]>();
  /** One certificate may serve several properties. */
  const certificates = new Map<Certificate, string>();
  for (const { property, verdict } of outcomes) {
    const own = join(place, folderOf(property));
    if ('traces' in verdict) paths.set(property, await writeTraces(own, verdict.traces));
    if ('certificate' in verdict) {
      await removeOthers(own, TRACES, []);
      const { certificate } = verdict;
      const name = certificates.size === 0 ? 'certificate' : `certificate-${certificates.size + 1}`;
      const path = certificates.get(certificate) ?? (await writeProof(join(place, name), certificate));
      certificates.set(certificate, path);
      paths.set(property, [path]);
    }
  }
  return paths;
}

async function writeTraces(place: string, traces: readonly Trace[]): Promise<readonly string[]> {
  const written: string[] = [];
  for (const [i, trace] of traces.entries()) {
    const name = traces.length === 1 ? 'trace' : `trace-${i + 1}`;
    for (const [kind, text] of [
      ['itf.json', writeTrace(trace)],
      ['txt', raceDiagram(trace)],
    ] as const) {
      const path = join(place, `${name}.${kind}`);
      await writeWhole(path, text);
      written.push(path);
    }
  }
  await removeOthers(place, TRACES, written);
  return written;
}

/** Each in a file of its own, in order: their paths. Errors: PD0004. */
export async function writeScripts(scripts: Iterable<Script>, place: string): Promise<readonly string[]> {
  const written: string[] = [];
  for (const { name, text } of scripts) {
    const number = String(written.length + 1).padStart(2, '0');
    const path = join(place, `${number}-${name.replace(/[^\w.]+/g, '-')}.smt2`);
    await writeWhole(path, text);
    written.push(path);
  }
  return written;
}

/** The path of the certificate itself. */
async function writeProof(place: string, certificate: Certificate): Promise<string> {
  const { invariant, states, scripts } = certificate;
  const written = await writeScripts(
    scripts.flatMap((script) => ('text' in script ? [script] : [])),
    place,
  );
  await removeOthers(place, SCRIPTS, written);
  const table = states ? [`and one of the states of a table: ${saysTable(states)}`] : [];
  const lines = [...invariant.map((c) => c.text), ...table];
  await writeWhole(join(place, 'invariant.txt'), lines.map((line) => `${line}\n`).join(''));
  const path = join(place, 'certificate.json');
  await writeWhole(path, writeCertificate(certificate));
  return path;
}

const TRACES = /^trace(-\d+)?\.(itf\.json|txt)$/;
const SCRIPTS = /^\d+-.*\.smt2$/;
