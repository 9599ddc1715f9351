// What a step allocates on the heap, counted between collections, so that it does not depend on how
// fast the machine is. It does not know what the steps do.

/**
 * Heap bytes that one step takes: the median of five counts, each after a collection. A long start
 * first: after a shorter one QoS 0 took up to 17 B, and why is not known.
 */
export function bytesPerStep(steps: number, step: (i: number) => void): number {
  const collect = globalThis.gc
  if (collect === undefined) throw new Error('run with --expose-gc')
  for (let i = 0; i < 60 * steps; i++) step(i)
  const counts = Array.from({ length: 5 }, () => {
    collect()
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < steps; i++) step(i)
    return (process.memoryUsage().heapUsed - before) / steps
  })
  return counts.toSorted((a, b) => a - b)[2]!
}
