/** Files that are either written whole or not at all. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PagedeedError } from '../support/diagnostics.ts';

/** Errors: PD0003. */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new PagedeedError({ code: 'PD0003', message: (error as Error).message, place: path });
  }
}

/** Makes the folders it lies in. Errors: PD0004; no part of the file is then left. */
export async function writeWhole(path: string, text: string | Uint8Array): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, text, { flag: 'wx' });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw new PagedeedError({ code: 'PD0004', message: (error as Error).message, place: path });
  }
}

/** Errors: PD0004 if no file can be made in the folder, which is made if it is missing. */
export async function requireWritable(folder: string): Promise<void> {
  const probe = join(folder, `.${randomUUID()}`);
  await writeWhole(probe, '');
  await rm(probe, { force: true });
}
