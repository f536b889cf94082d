/** Makes a certificate of an invariant, and has it checked by a solver that has not seen how it was found. */
import type { Certificate, Script, ScriptDigest, StoredInvariant } from '../evidence/certificate.ts';
import { certified, checkScripts, kept, regenerate } from '../evidence/check-certificate.ts';
import { conjunctPrinter } from '../evidence/invariant-text.ts';
import type { Program } from '../lang/program.ts';
import type { RunOptions, SolverSession } from '../solver/session.ts';
import { openZ3Session } from '../solver/z3.ts';

export type Proof =
  | { readonly certificate: Certificate; readonly solver: string }
  | { readonly reason: string };

/**
 * `options`: of each script. Errors: PagedeedError PD0401 where a conjunct cannot be read, e.g. because a word is no
 * longer there.
 */
export async function certify(
  program: Program,
  claimed: StoredInvariant,
  options: () => RunOptions = () => ({}),
  progress: (text: string) => void = () => {},
): Promise<Proof> {
  const { properties, rounds, lockOrder, states } = claimed;
  const given = claimed.invariant.map((smt) => ({ smt }));
  const { system, conjuncts, scripts } = regenerate({ ...claimed, invariant: given }, program);
  const print = conjunctPrinter(system);
  const invariant = conjuncts.map((t, i) => ({ smt: claimed.invariant[i] as string, text: print(t) }));
  const size = states ? `${invariant.length} conjuncts and a table` : `${invariant.length} conjuncts`;
  const made: (Script | ScriptDigest)[] = [];
  const fresh: readonly [SolverSession, ...SolverSession[]] = states
    ? [openZ3Session(), openZ3Session()]
    : [openZ3Session()];
  try {
    const check = await checkScripts(system, properties, scripts, fresh, options, (script) => {
      if (made.length % SHOWN === 0) progress(`checking the certificate, ${size}: script ${made.length + 1}`);
      made.push(kept(script, states));
      return null;
    });
    if (!check.holds) return { reason: `its certificate is refused: ${check.reason}` };
    const head = { format: 'pagedeed-certificate', version: 1, program: certified(program) } as const;
    const body = { properties, rounds, lockOrder, invariant, ...(states && { states }), scripts: made };
    return { certificate: { ...head, ...body }, solver: check.solver };
  } finally {
    await Promise.all(fresh.map((session) => session.close()));
  }
}

/** Scripts from one sign of progress to the next. */
const SHOWN = 20;
