// Assertions for programmer errors. They stay on in production: a broken invariant must stop the
// operation that broke it, never corrupt a session. Operating errors (links, peers, full queues)
// are values or typed errors instead and do not belong here.

/** Throws when an invariant of our own code does not hold. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** Marks a branch that the types say cannot be reached. */
export function unreachable(value: never, message: string): never {
  throw new AssertionError(`${message}: ${String(value)}`)
}

export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}
