// From a run that fails to the simplest one that still does: fewer devices, fewer faults, smaller
// messages, one change at a time, each kept only if the failure stays. It knows what a run draws,
// not why it fails. At most as many runs as there are simplifications.

import type { Draw, Finding, RunOptions } from './run.ts'
import { simulate } from './run.ts'

type Simplification = readonly [name: string, change: (draw: Draw) => Draw]

const SIMPLIFICATIONS: readonly Simplification[] = [
  ['one publisher', (draw) => ({ ...draw, publishers: 1 })],
  ['one subscriber', (draw) => ({ ...draw, subscribers: 1 })],
  ['no restarts', (draw) => ({ ...draw, restarts: 0 })],
  ['no outages', (draw) => ({ ...draw, link: { ...draw.link, outages: [] } })],
  ['no refusals', (draw) => ({ ...draw, link: { ...draw.link, refuseShare: 0 } })],
  ['no NAT', (draw) => ({ ...draw, link: { ...draw.link, natIdleMs: 0 } })],
  ['no cuts', (draw) => ({ ...draw, link: { ...draw.link, cutEveryMs: 0 } })],
  ['a good link', (draw) => ({ ...draw, link: { ...draw.link, profile: 'ethernet' } })],
  ['whole segments', (draw) => ({ ...draw, segmentBytes: 1_460 })],
  ['empty messages', (draw) => ({ ...draw, payloadBytes: 0 })],
  ['few messages', (draw) => ({ ...draw, everyMs: 2_000 })],
]

export interface Shrunk {
  /** The simplifications with which it still fails. */
  readonly kept: readonly string[]
  readonly finding: Finding
}

/** @param finding of the same seed and options, with breaches. */
export async function shrink(
  seed: number | string,
  options: RunOptions,
  finding: Finding,
): Promise<Shrunk> {
  const kept: Simplification[] = []
  let simplest = finding
  for (const candidate of SIMPLIFICATIONS) {
    const changes = [...kept, candidate]
    const change = (draw: Draw): Draw => changes.reduce((one, [, apply]) => apply(one), draw)
    const attempt = await simulate(seed, { ...options, change })
    if (attempt.breaches.length === 0) continue
    kept.push(candidate)
    simplest = attempt
  }
  return { kept: kept.map(([name]) => name), finding: simplest }
}
