// Dividing a whole number of devices exactly, in proportion to whole shares: largest remainder.
// Every part is its exact quota rounded down or up, and the parts add up to the total. Ties go to
// the earlier share. As long as there are enough, no share above 0 goes away empty, at the cost of
// the largest part: a fleet made small keeps its one server. O(n log n).

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
  for (const [position, share] of shares.entries()) {
    const largest = Math.max(...parts)
    if (share === 0 || parts[position] !== 0 || largest < 2) continue
    parts[parts.indexOf(largest)] = largest - 1
    parts[position] = 1
  }
  return parts
}
