/** A bug of ours, as opposed to bad input (`PagedeedError`); the command exits with status 70. */
export class InternalError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InternalError';
  }
}

/** States an invariant of this program; throws `InternalError` where it does not hold. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InternalError(message);
}

/** Marks a case that the types exclude; throws `InternalError` if it is reached nevertheless. */
export function unreachable(value: never): never {
  throw new InternalError(`unreachable: ${JSON.stringify(value)}`);
}
