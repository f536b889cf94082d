/** Runs a command and takes its time and its memory. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Measured {
  /** Wall time from start to exit. */
  readonly seconds: number;
  /** The most memory that the process itself had resident, MiB; null where /proc does not tell. */
  readonly peakMiB: number | null;
  readonly output: string;
}

/** How often the peak is looked at, milliseconds. It only grows, so that only the last moments are missed. */
const LOOK_EVERY = 25;

/** Errors: the command cannot be started. Its exit status is not looked at. */
export function measure(command: string, args: readonly string[], cwd: string): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let peakMiB: number | null = null;
    const look = setInterval(() => {
      peakMiB = child.pid === undefined ? null : (peakOf(child.pid) ?? peakMiB);
    }, LOOK_EVERY);
    child.stdout.on('data', (text) => {
      output += text;
    });
    child.stderr.on('data', (text) => {
      output += text;
    });
    child.on('error', (error) => {
      clearInterval(look);
      reject(error);
    });
    child.on('close', () => {
      clearInterval(look);
      resolve({ seconds: (performance.now() - started) / 1000, peakMiB, output });
    });
  });
}

function peakOf(pid: number): number | null {
  try {
    const [, kiB] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kiB === undefined ? null : Number(kiB) / 1024;
  } catch {
    return null;
  }
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
