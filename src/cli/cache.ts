/**
 * Verdicts kept from one run to the next, as files below the user's cache folder. An entry is believed if it is
 * whole: texts are known by their hashes, and a trace is replayed. Everything else is as if it were not there.
 * That the cache cannot be read or written is no error.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Certificate } from '../evidence/certificate.ts';
import { readCertificate, writeCertificate } from '../evidence/check-certificate.ts';
import { replay } from '../evidence/replay.ts';
import type { Trace } from '../evidence/trace.ts';
import { writeTrace } from '../evidence/trace-file.ts';
import type { Outcome, Verdict } from '../evidence/verdict.ts';
import { writeWhole } from './files.ts';

/** A decided outcome as it is kept; its texts are files of their own, which outcomes may share. */
interface Entry {
  readonly outcome: Omit<Outcome, 'verdict'>;
  readonly verdict: 'proved' | 'violated' | 'reached' | 'unreachable';
  /** SHA-256 of each trace's text, or of the certificate's. */
  readonly texts: readonly string[];
}

export interface Cache {
  /** What was decided before; undefined if nothing was, or the entry is not whole. */
  find(key: string): Promise<Outcome | undefined>;
  /** Keeps a verdict with evidence; others are passed over. */
  keep(key: string, outcome: Outcome): Promise<void>;
  /** Removes what was not used for a month. */
  sweep(): Promise<void>;
}

const MONTH = 30 * 24 * 3600 * 1000;

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Where it lies unless told otherwise: the user's cache folder, as XDG has it. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'pagedeed');
}

export function openCache(folder: string): Cache {
  const entryFile = (key: string) => join(folder, 'verdicts', `${key}.json`);
  const textFile = (hash: string) => join(folder, 'texts', `${hash}.gz`);
  /** One certificate serves many properties: it is read, and written, once. */
  const certificates = new Map<string, Promise<Certificate>>();
  const hashes = new Map<Certificate, string>();

  async function readBack(hash: string): Promise<string> {
    const file = textFile(hash);
    const text = gunzipSync(await readFile(file)).toString();
    if (hashOf(text) !== hash) throw new Error('the text is not what it was');
    await touch(file);
    return text;
  }

  async function write(text: string): Promise<string> {
    const hash = hashOf(text);
    await writeWhole(textFile(hash), gzipSync(text));
    return hash;
  }

  function certificateOf(hash: string): Promise<Certificate> {
    const known = certificates.get(hash) ?? readBack(hash).then((text) => readCertificate(text, hash));
    certificates.set(hash, known);
    return known;
  }

  async function hashOfCertificate(certificate: Certificate): Promise<string> {
    const hash = hashes.get(certificate) ?? (await write(writeCertificate(certificate)));
    hashes.set(certificate, hash);
    return hash;
  }

  async function verdictOf({ verdict, texts }: Entry, property: string): Promise<Verdict> {
    if (verdict === 'proved' || verdict === 'unreachable') {
      const certificate = await certificateOf(texts[0] ?? '');
      if (!certificate.properties.includes(property)) throw new Error('it proves something else');
      return { verdict, certificate };
    }
    const traces: Trace[] = [];
    for (const hash of texts) traces.push(replay(await readBack(hash), hash));
    if (traces.length === 0 || traces.some((t) => t.shown.property !== property))
      throw new Error('it shows something else');
    return { verdict, traces };
  }

  return {
    async find(key) {
      try {
        const file = entryFile(key);
        const { sum, ...rest } = JSON.parse(await readFile(file, 'utf8')) as Entry & { sum: string };
        if (sum !== hashOf(JSON.stringify([key, rest]))) return undefined;
        await touch(file);
        return { ...rest.outcome, verdict: await verdictOf(rest, rest.outcome.property) };
      } catch {
        return undefined;
      }
    },
    async keep(key, { verdict, ...outcome }) {
      if (!('traces' in verdict || 'certificate' in verdict)) return;
      try {
        const texts =
          'traces' in verdict
            ? await Promise.all(verdict.traces.map((trace) => write(writeTrace(trace))))
            : [await hashOfCertificate(verdict.certificate)];
        const entry: Entry = { outcome, verdict: verdict.verdict, texts };
        const sum = hashOf(JSON.stringify([key, entry]));
        await writeWhole(entryFile(key), `${JSON.stringify({ ...entry, sum })}\n`);
      } catch {
        // Only time is lost.
      }
    },
    async sweep() {
      for (const part of ['verdicts', 'texts'])
        for (const name of await readdir(join(folder, part)).catch(() => [])) {
          const file = join(folder, part, name);
          const used = await stat(file).catch(() => null);
          if (used && Date.now() - used.mtimeMs > MONTH)
            await rm(file, { force: true }).catch(() => undefined);
        }
    },
  };
}

const touch = (file: string): Promise<void> => utimes(file, new Date(), new Date());
