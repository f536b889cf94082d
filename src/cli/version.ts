import { readFileSync } from 'node:fs';

/** The package's version; package.json lies two folders above this file, built or not. */
export function version(): string {
  const json = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  return json.version;
}
