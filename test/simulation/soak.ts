// The simulation for as long as you like: seed after seed, until one finds something or the time is
// over. Prints how much virtual time passes in a second of real time.
//
//   npm run soak -- [real seconds] [first seed] [mutant]
//
// Defaults: 60 seconds, from a seed of the clock, no mutant. A mutant is a client broken on
// purpose: forgets-dup, drops-acks (one in 10,000), swaps-publishes. Exit 1 and the seed when
// something is found.

import { performance } from 'node:perf_hooks'
import { dropsAcks, forgetsDup, swapsPublishes } from './stage/mutants.ts'
import { simulate } from './stage/run.ts'
import { shrink } from './stage/shrink.ts'
import type { RunOptions } from './stage/run.ts'

const MUTANTS: Readonly<Record<string, RunOptions['mutate']>> = {
  none: undefined,
  'forgets-dup': () => forgetsDup(),
  'drops-acks': (prng) => dropsAcks(0.0001, prng),
  'swaps-publishes': () => swapsPublishes(),
}
const TELL_MS = 5_000
const HOUR_MS = 3_600_000

const [seconds = '60', first = String(Date.now()), mutant = 'none'] = process.argv.slice(2)
if (!(mutant in MUTANTS) || !(Number(seconds) > 0)) {
  process.stderr.write(`expected seconds, a seed and one of ${Object.keys(MUTANTS).join(', ')}\n`)
  process.exit(2)
}
process.exitCode = (await soak(Number(seconds) * 1_000, Number(first))) ? 0 : 1

/** Answers whether nothing was found. */
async function soak(durationMs: number, firstSeed: number): Promise<boolean> {
  const startMs = performance.now()
  const sums = { virtualMs: 0, messages: 0, connects: 0 }
  let toldMs = startMs
  for (let seed = firstSeed; ; seed++) {
    const finding = await simulate(seed, { mutate: MUTANTS[mutant] })
    sums.virtualMs += finding.virtualMs
    sums.messages += finding.messages
    sums.connects += finding.connects
    const elapsedMs = performance.now() - startMs
    const line = lineOf(seed - firstSeed + 1, sums, elapsedMs)
    if (finding.breaches.length > 0) {
      process.stdout.write(`${line}\nseed ${seed} breaks a promise:\n`)
      for (const breach of finding.breaches) process.stdout.write(`  ${breach}\n`)
      process.stdout.write(`repeat: npm run soak -- 1 ${seed} ${mutant}\n`)
      const { kept, finding: simplest } = await shrink(seed, { mutate: MUTANTS[mutant] }, finding)
      const size = `${simplest.messages} messages, ${simplest.connects} connections`
      process.stdout.write(`it still fails with ${kept.join(', ') || 'nothing less'}: ${size}\n`)
      return false
    }
    const isOver = elapsedMs >= durationMs
    if (isOver || performance.now() - toldMs > TELL_MS) {
      toldMs = performance.now()
      process.stdout.write(`${line}\n`)
    }
    if (isOver) return true
  }
}

function lineOf(
  runs: number,
  { virtualMs, messages, connects }: { virtualMs: number; messages: number; connects: number },
  elapsedMs: number,
): string {
  const perSecond = virtualMs / HOUR_MS / (elapsedMs / 1_000)
  return (
    `${runs} runs, ${messages} messages, ${connects} connections, ` +
    `${(virtualMs / HOUR_MS).toFixed(1)} virtual hours, ${perSecond.toFixed(2)} a second`
  )
}
