/**
 * A satisfiable problem that no solver finishes within a test: to factor a number of 123 bits into the two primes
 * next after the first 19 digits of pi and of e. It comes without reset, options or logic.
 */
export const hardProblem = `
  (declare-const x (_ BitVec 64))
  (declare-const y (_ BitVec 64))
  (assert (and (bvugt x #x0000000000000001) (bvugt y #x0000000000000001)))
  (assert (= (bvmul ((_ zero_extend 64) x) ((_ zero_extend 64) y)) (_ bv8539734222673567172606511345051136291 128)))
  (check-sat)`;
