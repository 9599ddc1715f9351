// What a rule of a link is: it looks at a segment that comes to it and says what becomes of it.
// Rules are put one behind the other; each sees the time at which the segment reaches it, that is
// with the delays of those before it. A link carries streams, and a stream has no holes: a segment
// that is dropped takes everything behind it with it, as when a NAT has forgotten the connection.
// What TCP would repeat is a delay, not a drop.

import type { Prng } from '@motewire/sdk/kit'

/** Milliseconds of delay from 0, or one of the verdicts below 0. */
export type Verdict = number

/** Goes on at once. */
export const PASS: Verdict = 0
/**
 * This segment and all behind it in its direction vanish; neither side is told before TCP itself
 * gives up. A connection attempt gets no answer.
 */
export const DROP: Verdict = -1
/** The connection breaks and both sides see it; a connection attempt is refused. */
export const CUT: Verdict = -2

export interface LinkRule {
  /**
   * @param bytes length of the segment; a connection attempt is one too.
   * @param atMs when it gets here.
   */
  judge(bytes: number, atMs: number, prng: Prng): Verdict
  /** A connection attempt begins: answers when the connection breaks by itself, or Infinity. */
  begin?(atMs: number, prng: Prng): number
}

/** All rules, one behind the other. */
export function judgeAll(
  rules: readonly LinkRule[],
  bytes: number,
  nowMs: number,
  prng: Prng,
): Verdict {
  let atMs = nowMs
  for (let i = 0; i < rules.length; i++) {
    const verdict = rules[i]!.judge(bytes, atMs, prng)
    if (verdict < 0) return verdict
    atMs += verdict
  }
  return atMs - nowMs
}
