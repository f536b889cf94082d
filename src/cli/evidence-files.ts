/** The evidence of a cell as files below the output folder: `SCENARIO/PROPERTY/trace.itf.json` and so on. */
import { join } from 'node:path';
import type { Certificate } from '../evidence/certificate.ts';
import { writeTrace } from '../evidence/trace-file.ts';
import type { Outcome } from '../evidence/verdict.ts';
import { raceDiagram } from '../report/race-diagram.ts';
import { writeWhole } from './files.ts';

/** The paths written, by property. Errors: PD0004. */
export async function writeEvidence(
  folder: string,
  scenario: string,
  outcomes: readonly Outcome[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const paths = new Map<string, readonly string[]>();
  /** One certificate may serve several properties. */
  const certificates = new Map<Certificate, string>();
  for (const { property, verdict } of outcomes) {
    const place = join(folder, ...scenario.split('/'), property.replaceAll(':', '-'));
    const written: string[] = [];
    if ('traces' in verdict)
      for (const [i, trace] of verdict.traces.entries()) {
        const name = verdict.traces.length === 1 ? 'trace' : `trace-${i + 1}`;
        await write(join(place, `${name}.itf.json`), writeTrace(trace), written);
        await write(join(place, `${name}.txt`), raceDiagram(trace), written);
      }
    if ('certificate' in verdict) {
      const { certificate } = verdict;
      const path = certificates.get(certificate) ?? join(place, 'certificate.json');
      if (certificates.has(certificate)) written.push(path);
      else await write(path, `${JSON.stringify(certificate, null, 1)}\n`, written);
      certificates.set(certificate, path);
    }
    paths.set(property, written);
  }
  return paths;
}

async function write(path: string, text: string, written: string[]): Promise<void> {
  await writeWhole(path, text);
  written.push(path);
}
