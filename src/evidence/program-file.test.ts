import { expect, test } from 'vitest';
import { counterProgram } from '../../specs/reference/counter.ts';
import { sentinelProgram } from '../../specs/reference/sentinel.ts';
import { twoLocksProgram } from '../../specs/reference/two-locks.ts';
import { programCodec, programHash, unshared } from './program-file.ts';

const programs = [counterProgram(2), sentinelProgram(1), twoLocksProgram(2)];

test('a program is read back as it was', () => {
  for (const program of programs) expect(unshared(program)).toEqual(program);
});

test('the hash is of the content alone', () => {
  expect(programHash(sentinelProgram(2))).toBe(programHash(unshared(sentinelProgram(2))));
  expect(new Set([...programs, sentinelProgram(2)].map(programHash)).size).toBe(4);
});

test('statements that are one object in memory are two in a file', () => {
  const [program] = programs as [ReturnType<typeof counterProgram>];
  const fn = program.functions[0];
  const [first] = fn?.body ?? [];
  if (!fn || !first) throw new Error('the reference has a function');
  const doubled = unshared({ ...program, functions: [{ ...fn, body: [first, first] }] });
  expect(doubled.functions[0]?.body[0]).toEqual(doubled.functions[0]?.body[1]);
  expect(doubled.functions[0]?.body[0]).not.toBe(doubled.functions[0]?.body[1]);
});

test.each([
  ['name', 5, 'program.name'],
  ['bounds', {}, 'program.bounds.cpus'],
  ['bounds', { cpus: -1 }, 'program.bounds.cpus'],
  ['functions', {}, 'program.functions'],
  ['operations', [1], 'program.operations[0]'],
  ['marks', [{ name: 'M', value: '01' }], 'program.marks[0].value'],
  ['colour', 'red', 'program.colour'],
])('%s: %j is refused at its place', (member, value, place) => {
  const json = { ...(programCodec.encode(counterProgram(1)) as object), [member]: value };
  expect(() => programCodec.decode(json, 'program')).toThrow(`at ${place}`);
});
