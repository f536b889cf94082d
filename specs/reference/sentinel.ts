/**
 * The question of this project in small. One CPU makes a page shared, which replaces its owner by a mark;
 * another looks for the owner's host, and reads the owner twice: once to test it, once to use it. Expected:
 * with two CPUs `no-sentinel-deref` is violated, with one it is proved. A page that nobody owns is
 * tested for, so `no-null-deref` is proved for any number.
 */
import {
  and,
  choose,
  constant,
  eq,
  if_,
  instance,
  kernelFunction,
  ne,
  operation,
  type Pointer,
  type Program,
  pointer,
  program,
  return_,
  set,
  struct,
  type U64,
  u64,
  value,
} from '../../src/lang/public.ts';

interface inode {
  i_ino: U64;
}
const inode = struct<inode>('inode', { i_ino: u64 });
interface address_space {
  host: Pointer<inode>;
}
const address_space = struct<address_space>('address_space', { host: pointer('inode') });
interface page {
  mapping: Pointer<address_space>;
}
const page = struct<page>('page', { mapping: pointer('address_space') }, { instances: 'pages' });

const SHARED = constant('PAGE_MAPPING_SHARED', pointer(address_space), 1);
const nobody = value(pointer(address_space), 0);

const page_host = kernelFunction(
  'page_host',
  { params: { page: pointer(page) }, returns: pointer(inode) },
  ({ page }) => [
    if_(and(page.mapping, ne(page.mapping, SHARED)), [return_(page.mapping.host)]),
    return_(value(pointer(inode), 0)),
  ],
);

const page_share = kernelFunction('page_share', { params: { page: pointer(page) } }, ({ page }) => [
  if_(page.mapping, [set(page.mapping, SHARED)]),
]);

const fail = operation(
  'memory failure',
  { locals: { page: pointer(page), host: pointer(inode) } },
  ({ page: p, host }) => [choose(p, page), set(host, page_host(p))],
);

const share = operation('reflink', { locals: { page: pointer(page) } }, ({ page: p }) => [
  choose(p, page),
  page_share(p),
]);

export function sentinelProgram(cpus: number): Program {
  return program({
    name: 'reference/sentinel',
    bounds: { cpus, pages: 2 },
    operations: [fail, share],
    initial: [
      [instance(address_space, 0).host, instance(inode, 0)],
      [instance(page, 1).mapping, instance(address_space, 0)],
    ],
    properties: [
      {
        id: 'one-owner',
        holds: eq(instance(page, 0).mapping, nobody),
        judged: { when: 'idle' },
        says: 'a page that nobody owned has an owner',
      },
    ],
    marks: [{ name: 'PAGE_MAPPING_SHARED', value: 1n }],
    abstractions: ['A page has no index.'],
  });
}
