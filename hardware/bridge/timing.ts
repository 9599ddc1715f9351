// The times that all bridges have in common, checked and completed.

import { randomInt } from 'node:crypto'
import { sharedClock, UsageError } from '@motewire/sdk'
import type { BackoffOptions, Clock } from '@motewire/sdk'
import { Prng } from '@motewire/sdk/kit'
import type { EndpointTiming } from './reopening-endpoint.ts'

export interface BridgeTiming {
  /** Delays between tries, for both sides. Default 100 ms doubling to 5 s, reset after 10 s up. */
  readonly backoff?: Partial<BackoffOptions>
  /** How often an absent device is looked for. 10 to 500 ms, default 200. */
  readonly probeMs?: number
  /** An attempt to open that takes longer is given up. Default 10,000 ms. */
  readonly openTimeoutMs?: number
  /** How long `stop` lets bytes leave before it cuts. Default 1,000 ms. */
  readonly stopTimeoutMs?: number
  /**
   * Bytes to the port that stand still for so long make it `stalled`; longer where its speed asks
   * for that. 100 to 3,600,000 ms, default 5,000.
   */
  readonly stallMs?: number
  /** Default: the clock that this process shares. */
  readonly clock?: Clock
  /** Seed of the jitter. Default: random. */
  readonly seed?: number | string
}

const BACKOFF: BackoffOptions = { baseMs: 100, maxMs: 5_000, stableMs: 10_000, isJittered: true }

/** @throws UsageError `ERR_OPTION_INVALID` when a number is outside of its range. */
export function timingOf(options: BridgeTiming): EndpointTiming {
  const { probeMs = 200, openTimeoutMs = 10_000, stopTimeoutMs = 1_000 } = options
  const { stallMs = 5_000 } = options
  checkRange('stallMs', stallMs, 100, 3_600_000)
  checkRange('probeMs', probeMs, 10, 500)
  checkRange('openTimeoutMs', openTimeoutMs, 1, 3_600_000)
  checkRange('stopTimeoutMs', stopTimeoutMs, 0, 3_600_000)
  return {
    clock: options.clock ?? sharedClock(),
    prng: new Prng(options.seed ?? randomInt(2 ** 47)),
    backoff: { ...BACKOFF, ...options.backoff },
    openTimeoutMs,
    probeMs,
    stopTimeoutMs,
    stallMs,
  }
}

export function checkRange(name: string, value: number, low: number, high: number): void {
  if (Number.isFinite(value) && value >= low && value <= high) return
  const message = `${name} is ${value}, expected ${low} to ${high}`
  throw new UsageError('ERR_OPTION_INVALID', message)
}
