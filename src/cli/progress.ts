/** Progress on standard error while a check runs, if that is a terminal: one line that is overwritten. */

export interface Progress {
  show(cell: string, text: string): void;
  clear(): void;
}

export function createProgress(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return { show: () => undefined, clear: () => undefined };
  const doing = new Map<string, string>();
  return {
    show(cell, text) {
      if (text === '') doing.delete(cell);
      else doing.set(cell, text);
      const line = [...doing].map(([name, what]) => `${name}: ${what}`).join(' | ');
      stream.write(`\r\x1b[2K${line.slice(0, (stream.columns ?? 80) - 1)}`);
    },
    clear() {
      stream.write('\r\x1b[2K');
    },
  };
}
