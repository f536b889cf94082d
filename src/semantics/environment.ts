/** What generated code refers to by name, and how its text becomes functions. */

export interface Environment {
  set(name: string, value: unknown): void;
  /** The name, with what it stands for made when it is first asked for. */
  named(name: string, make: () => unknown): string;
  /** The value of an expression in strict mode that may use all names so far; those in it are all that is parsed. */
  evaluate<T>(code: string): T;
}

/** An environment that has these names from the start. */
export function createEnvironment(names: Readonly<Record<string, unknown>>): Environment {
  const values = new Map(Object.entries(names));
  return {
    set: (name, value) => {
      values.set(name, value);
    },
    named(name, make) {
      if (!values.has(name)) values.set(name, make());
      return name;
    },
    evaluate<T>(code: string): T {
      const used = [...values].filter(([name]) => code.includes(name));
      const names = used.map(([name]) => name);
      return new Function(...names, `'use strict'; return (${code});`)(...used.map(([, v]) => v)) as T;
    },
  };
}

/** A step function that is compiled when it first runs: most control points are never reached. */
export function onFirstCall(make: () => (cpu: number) => number): (cpu: number) => number {
  let made: ((cpu: number) => number) | undefined;
  return (cpu) => {
    made ??= make();
    return made(cpu);
  };
}
