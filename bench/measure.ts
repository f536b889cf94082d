/** Runs a command and takes its time and its memory. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Measured {
  /** Wall time from start to exit. */
  readonly seconds: number;
  /** Processor time of the process and its children, all threads: what other work on the machine changes least. */
  readonly cpuSeconds: number;
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
    let cpuSeconds = 0;
    const look = setInterval(() => {
      if (child.pid === undefined) return;
      peakMiB = peakOf(child.pid) ?? peakMiB;
      cpuSeconds = cpuSecondsOf(child.pid) ?? cpuSeconds;
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
      resolve({ seconds: (performance.now() - started) / 1000, cpuSeconds, peakMiB, output });
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

/** Ticks of the kernel's accounting in a second: the same on all common systems. */
const TICKS = 100;

function cpuSecondsOf(pid: number): number | null {
  try {
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '';
    const fields = afterName.split(' ');
    // The 14th to 17th of all: utime and stime, and those of children that have ended.
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS;
  } catch {
    return null;
  }
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
