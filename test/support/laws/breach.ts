// What a law check finds: where, which law, and what is wrong. Law numbers are those of
// ARCHITECTURE.md.

export interface Breach {
  readonly path: string
  readonly line: number
  /** `law 1`, or the name of a rule that has no number. */
  readonly law: string
  readonly message: string
}

/** One line a breach, in the order of files: what a failing test shows. */
export function describeBreaches(breaches: readonly Breach[]): string[] {
  return breaches.map(({ path, line, law, message }) => `${path}:${line} ${law}: ${message}`)
}
