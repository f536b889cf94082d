/** Command lines: what each command takes, reading it, and its help. */
import { parseArgs } from 'node:util';
import { PagedeedError } from '../support/diagnostics.ts';
import { didYouMean } from '../support/nearest.ts';

/** One option; `value` names its argument in the help, null for a switch. */
export interface Option {
  readonly name: string;
  readonly value: string | null;
  readonly says: string;
}

export interface Command {
  readonly name: string;
  /** What is typed to start it, where that is not `pagedeed NAME`. */
  readonly invocation?: string;
  /** Positional arguments, as the help shows them. */
  readonly operands: string;
  readonly says: string;
  readonly options: readonly Option[];
  /** Prints to standard output; gives the exit status. Errors: PagedeedError for bad input. */
  readonly run: (given: Given) => Promise<number>;
}

/** A command line that was read. */
export interface Given {
  readonly operands: readonly string[];
  has(name: string): boolean;
  /** undefined: not given. */
  text(name: string): string | undefined;
  /** Several of these, with commas between; `none` for none of them. Errors: PD0002. */
  someOf<const T extends string>(name: string, values: readonly T[]): readonly T[] | undefined;
  /** A whole number of at least `least`. Errors: PD0002. */
  number(name: string, least: number): number | undefined;
  /** `I/N`: the I-th of N shares, from 1; everything if it is not given. Errors: PD0002. */
  share(name: string): { readonly part: number; readonly parts: number };
  /** Errors: PD0002. */
  oneOf<const T extends string>(name: string, values: readonly T[]): T | undefined;
}

const HELP: Option = { name: 'help', value: null, says: 'print this text' };

/** Errors: PD0001 for an option that the command does not have, or that lacks its argument. */
function readOptions(command: Command, args: readonly string[]): Given {
  const options = [...command.options, HELP];
  const config = Object.fromEntries(
    options.map((o) => [o.name, { type: o.value === null ? 'boolean' : 'string' } as const]),
  );
  const { values, positionals } = parse(command, args, config, options);
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    operands: positionals,
    has: (name) => values[name] !== undefined,
    text,
    number(name, least) {
      const value = text(name);
      if (value === undefined) return undefined;
      const number = Number(value);
      if (!/^\d+$/.test(value) || !Number.isSafeInteger(number) || number < least)
        throw unfit(name, `not a whole number of at least ${least}: ${value}`);
      return number;
    },
    share(name) {
      const value = text(name) ?? '1/1';
      const [, nth, of] = /^(\d+)\/(\d+)$/.exec(value) ?? [];
      const [part, parts] = [Number(nth), Number(of)];
      if (part >= 1 && part <= parts) return { part: part - 1, parts };
      throw unfit(name, `not a share such as 1/2: ${value}`);
    },
    oneOf(name, allowed) {
      const value = text(name);
      return value === undefined ? undefined : among(name, value, allowed);
    },
    someOf(name, allowed) {
      const value = text(name);
      if (value === undefined || value === 'none') return value && [];
      return value.split(',').map((part) => among(name, part, allowed));
    },
  };
}

function among<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((a) => a === value);
  if (found === undefined) throw unfit(name, `${value} is not one of ${allowed.join(', ')}`);
  return found;
}

function unfit(name: string, message: string): PagedeedError {
  return new PagedeedError({ code: 'PD0002', message, place: `--${name}` });
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

function parse(
  command: Command,
  args: readonly string[],
  options: Record<string, { readonly type: 'string' | 'boolean' }>,
  known: readonly Option[],
): { values: Values; positionals: readonly string[] } {
  const unknown = args.find(
    (arg) => arg.startsWith('--') && arg !== '--' && !Object.hasOwn(options, optionName(arg)),
  );
  if (unknown !== undefined)
    throw new PagedeedError({
      code: 'PD0001',
      message: `${command.name} has no option --${optionName(unknown)}`,
      hint:
        didYouMean(
          `--${optionName(unknown)}`,
          known.map((o) => `--${o.name}`),
        ) ?? `${invocation(command)} --help lists them`,
    });
  try {
    const parsed = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      strict: true,
      tokens: true,
    });
    const given = parsed.tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
    const twice = given.find((name, i) => given.indexOf(name) < i);
    if (twice !== undefined) throw new Error(`--${twice} is given twice`);
    return parsed;
  } catch (error) {
    const [message = ''] = (error as Error).message.split('\n');
    throw new PagedeedError({ code: 'PD0001', message: message.replace(/\.$/, '') });
  }
}

const optionName = (arg: string): string => arg.slice(2).split('=')[0] ?? '';

const invocation = (command: Command): string => command.invocation ?? `pagedeed ${command.name}`;

/** What `pagedeed COMMAND --help` prints; ends with a newline. */
function commandHelp(command: Command): string {
  const rows = [...command.options, HELP].map((o) => ({
    left: `--${o.name}${o.value === null ? '' : ` ${o.value}`}`,
    right: o.says,
  }));
  const width = Math.max(...rows.map((r) => r.left.length));
  const usage = ['usage:', invocation(command), '[OPTION...]', command.operands].filter((w) => w !== '');
  return [
    usage.join(' '),
    '',
    command.says,
    '',
    ...rows.map((r) => `  ${r.left.padEnd(width)}  ${r.right}`),
    '',
  ].join('\n');
}

/** Reads the options and runs the command, or prints its help; gives the exit status. */
export async function runCommand(command: Command, args: readonly string[]): Promise<number> {
  const given = readOptions(command, args);
  if (!given.has('help')) return command.run(given);
  process.stdout.write(commandHelp(command));
  return 0;
}

/** What `pagedeed --help` prints. */
export function overallHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((c) => c.name.length));
  return [
    'usage: pagedeed COMMAND [OPTION...]',
    '',
    ...commands.map((c) => `  ${c.name.padEnd(width)}  ${c.says}`),
    '',
    'pagedeed COMMAND --help describes a command. Exit status: 0 all is well; 1 a violation, or a',
    'verdict other than claimed; 2 bad usage or input; 3 something is left open; 70 a bug of',
    'pagedeed; 130 interrupted.',
    '',
  ].join('\n');
}
