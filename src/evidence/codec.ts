/**
 * Codecs: the shape of a value in a file, stated once, for writing and for reading. Reading accepts exactly
 * what writing gives: a missing, additional or ill-typed member is an error that names its place.
 */
import { PagedeedError } from '../support/diagnostics.ts';

export interface Codec<T> {
  /** Members come in the order in which the codec states them, so equal values give equal text. */
  encode(value: T): unknown;
  /** `at`: where in the file, for the error. Errors: PD0401. */
  decode(json: unknown, at: string): T;
  /** The member is left out where the value is undefined. */
  readonly optional?: true;
}

export function malformed(at: string, expected: string): PagedeedError {
  return new PagedeedError({ code: 'PD0401', message: `expected ${expected}`, place: at });
}

function primitive<T>(expected: string, is: (json: unknown) => json is T): Codec<T> {
  return {
    encode: (value) => value,
    decode(json, at) {
      if (!is(json)) throw malformed(at, expected);
      return json;
    },
  };
}

export const text: Codec<string> = primitive('a string', (json) => typeof json === 'string');
export const flag: Codec<boolean> = primitive('true or false', (json) => typeof json === 'boolean');
/** An integer from 0. */
export const count: Codec<number> = primitive(
  'a natural number',
  (json): json is number => Number.isSafeInteger(json) && (json as number) >= 0,
);

/** A word's value; written in decimal digits, as JSON's numbers end at 53 bits. */
export const digits: Codec<bigint> = {
  encode: String,
  decode(json, at) {
    if (typeof json !== 'string' || !/^(0|[1-9]\d{0,19})$/.test(json)) throw malformed(at, 'decimal digits');
    return BigInt(json);
  },
};

export function oneOf<const T extends string | number | null>(...values: readonly T[]): Codec<T> {
  const expected = values.map((v) => JSON.stringify(v)).join(' or ');
  return primitive(expected, (json): json is T => values.includes(json as T));
}

export function list<T>(element: Codec<T>): Codec<readonly T[]> {
  return {
    encode: (values) => values.map((v) => element.encode(v)),
    decode(json, at) {
      if (!Array.isArray(json)) throw malformed(at, 'an array');
      return json.map((v, i) => element.decode(v, `${at}[${i}]`));
    },
  };
}

export function nullable<T>(some: Codec<T>): Codec<T | null> {
  return {
    encode: (value) => (value === null ? null : some.encode(value)),
    decode: (json, at) => (json === null ? null : some.decode(json, at)),
  };
}

export function optional<T>(some: Codec<T>): Codec<T> {
  return { ...some, optional: true };
}

/** For types that contain themselves. */
export function lazy<T>(make: () => Codec<T>): Codec<T> {
  return { encode: (value) => make().encode(value), decode: (json, at) => make().decode(json, at) };
}

/** The first codec if `isFirst` holds of the value (or the text has that codec's shape), else the second. */
export function either<A, B>(
  first: Codec<A>,
  isFirst: (value: unknown) => boolean,
  second: Codec<B>,
): Codec<A | B> {
  return {
    encode: (value) => (isFirst(value) ? first.encode(value as A) : second.encode(value as B)),
    decode: (json, at) => (isFirst(json) ? first.decode(json, at) : second.decode(json, at)),
  };
}

function objectAt(json: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw malformed(at, 'an object');
  return json as Readonly<Record<string, unknown>>;
}

type Members<T> = { readonly [K in keyof T]-?: Codec<Required<T>[K]> };

export function record<T>(members: Members<T>): Codec<T> {
  const entries = Object.entries<Codec<unknown>>(members);
  return {
    encode(value) {
      const from = value as Readonly<Record<string, unknown>>;
      const to: Record<string, unknown> = {};
      for (const [key, codec] of entries)
        if (!codec.optional || from[key] !== undefined) to[key] = codec.encode(from[key]);
      return to;
    },
    decode(json, at) {
      const from = objectAt(json, at);
      const stray = Object.keys(from).find((key) => !Object.hasOwn(members, key));
      if (stray !== undefined) throw malformed(`${at}.${stray}`, 'no such member');
      const to: Record<string, unknown> = {};
      for (const [key, codec] of entries)
        if (!codec.optional || from[key] !== undefined) to[key] = codec.decode(from[key], `${at}.${key}`);
      return to as T;
    },
  };
}

/** An object with any keys; written in the order of the keys. */
export function dictionary<T>(value: Codec<T>): Codec<Readonly<Record<string, T>>> {
  return {
    encode: (values) =>
      Object.fromEntries(
        Object.entries(values)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([k, v]) => [k, value.encode(v)]),
      ),
    decode: (json, at) =>
      Object.fromEntries(
        Object.entries(objectAt(json, at)).map(([k, v]) => [k, value.decode(v, `${at}.${k}`)]),
      ),
  };
}

type Case<T, Tag extends keyof T, K> = Omit<Extract<T, { [P in Tag]: K }>, Tag>;

/** A union of objects told apart by the string in member `tag`; every variant needs its codec. */
export function variant<T, Tag extends keyof T & string>(
  tag: Tag,
  cases: { readonly [K in T[Tag] & string]: Codec<Case<T, Tag, K>> },
): Codec<T> {
  const codecs = new Map(Object.entries<Codec<unknown>>(cases));
  return {
    encode(value) {
      const kind = value[tag] as string;
      return { [tag]: kind, ...(codecs.get(kind)?.encode(value) as object) };
    },
    decode(json, at) {
      const { [tag]: kind, ...rest } = objectAt(json, at);
      const codec = typeof kind === 'string' ? codecs.get(kind) : undefined;
      if (!codec) throw malformed(`${at}.${tag}`, `one of ${[...codecs.keys()].join(', ')}`);
      return { [tag]: kind, ...(codec.decode(rest, at) as object) } as T;
    },
  };
}
