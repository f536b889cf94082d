/** Makes a certificate of an invariant, and has it checked by a solver that has not seen how it was found. */
import type { Certificate, StoredInvariant } from '../evidence/certificate.ts';
import { certified, checkCertificate, regenerate } from '../evidence/check-certificate.ts';
import { conjunctPrinter } from '../evidence/invariant-text.ts';
import type { Program } from '../lang/program.ts';
import type { RunOptions } from '../solver/session.ts';
import { openZ3Session } from '../solver/z3.ts';

export type Proof =
  | { readonly certificate: Certificate; readonly solver: string }
  | { readonly reason: string };

/** Errors: PagedeedError PD0401 where a conjunct cannot be read, e.g. because a word is no longer there. */
export async function certify(
  program: Program,
  claimed: StoredInvariant,
  options: RunOptions,
): Promise<Proof> {
  const { properties, rounds, lockOrder } = claimed;
  const terms = claimed.invariant.map((smt) => ({ smt }));
  const anew = regenerate({ properties, rounds, lockOrder, invariant: terms }, program);
  const print = conjunctPrinter(anew.system);
  const invariant = anew.conjuncts.map((t, i) => ({ smt: claimed.invariant[i] as string, text: print(t) }));
  const head = { format: 'pagedeed-certificate', version: 1, program: certified(program) } as const;
  const certificate: Certificate = {
    ...head,
    properties,
    rounds,
    lockOrder,
    invariant,
    scripts: anew.scripts,
  };
  const fresh = openZ3Session();
  try {
    const check = await checkCertificate(certificate, program, fresh, options, anew);
    return check.holds
      ? { certificate, solver: check.solver }
      : { reason: `its certificate is refused: ${check.reason}` };
  } finally {
    await fresh.close();
  }
}
