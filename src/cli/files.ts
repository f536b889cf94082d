/** Files that are either written whole or not at all, and what of them goes. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
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

/**
 * Removes the files of a folder that have such names, but for those written, and the folder where nothing is left in
 * it. Errors: PD0004.
 */
export async function removeOthers(folder: string, names: RegExp, written: readonly string[]): Promise<void> {
  const kept = new Set(written.map((path) => basename(path)));
  const there = await readdir(folder).catch(() => []);
  const others = there.filter((name) => names.test(name) && !kept.has(name));
  try {
    for (const name of others) await rm(join(folder, name), { force: true });
    if (others.length > 0 && others.length === there.length) await rmdir(folder).catch(() => undefined);
  } catch (error) {
    throw new PagedeedError({ code: 'PD0004', message: (error as Error).message, place: folder });
  }
}
