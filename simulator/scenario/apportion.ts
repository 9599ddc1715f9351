// Dividing a whole number of devices exactly, in proportion to whole shares: largest remainder.
// Every part is its exact quota rounded down or up, and the parts add up to the total. Ties go to
// the earlier share. But no share above 0 goes away empty as long as there are enough, at the cost
// of the largest part: a fleet made small keeps its one server. O(n log n), O(n^2) where many are
// empty.

/** `shares`: whole numbers from 0, not all 0; `total` and every share at most 10^6. */
export function apportion(total: number, shares: readonly number[]): number[] {
  const sum = shares.reduce((one, other) => one + other, 0)
  // Products stay below 2^53, so remainders and quotients are exact.
  const remainders = shares.map((share) => (total * share) % sum)
  const parts = shares.map((share, position) => {
    return (total * share - (remainders[position] ?? 0)) / sum
  })
  const missing = total - parts.reduce((one, other) => one + other, 0)
  const byRemainder = shares
    .map((_, position) => position)
    .toSorted((one, other) => (remainders[other] ?? 0) - (remainders[one] ?? 0))
  for (const position of byRemainder.slice(0, missing)) parts[position] = (parts[position] ?? 0) + 1
  fillEmpty(parts, shares)
  return parts
}

/** The largest share first, at the cost of the largest part: no share overtakes a larger one. */
function fillEmpty(parts: number[], shares: readonly number[]): void {
  const byShare = shares
    .map((share, position) => ({ share, position }))
    .filter(({ share }) => share > 0)
    .toSorted((one, other) => other.share - one.share)
  for (const { position } of byShare) {
    if (parts[position] !== 0) continue
    const largest = Math.max(...parts)
    if (largest < 2) return
    const giver = byShare.findLast((other) => parts[other.position] === largest)!
    parts[giver.position] = largest - 1
    parts[position] = 1
  }
}
