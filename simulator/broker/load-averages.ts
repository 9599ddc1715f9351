// Rates a minute over the last 1, 5 and 15 minutes, as Mosquitto's `$SYS/broker/load` tells them:
// exponentially weighted. Fed from counters at each publication; pure arithmetic.

import type { BrokerCore } from './core/broker-core.ts'

const WINDOWS: readonly (readonly [name: string, ms: number])[] = [
  ['1min', 60_000],
  ['5min', 300_000],
  ['15min', 900_000],
]

interface Load {
  readonly read: (core: BrokerCore) => number
  last: number
  readonly perMinute: number[]
}

function load(read: (core: BrokerCore) => number): Load {
  return { read, last: 0, perMinute: WINDOWS.map(() => 0) }
}

export class LoadAverages {
  readonly #loads: ReadonlyMap<string, Load> = new Map([
    ['connections', load((core) => core.connectsTotal)],
    ['sockets', load((core) => core.acceptsTotal)],
    ['messages/received', load((core) => core.packetsIn)],
    ['messages/sent', load((core) => core.packetsOut)],
    ['publish/received', load((core) => total(core, 'messagesIn'))],
    ['publish/sent', load((core) => total(core, 'messagesOut'))],
    ['publish/dropped', load((core) => total(core, 'dropped'))],
    ['bytes/received', load((core) => core.bytesIn)],
    ['bytes/sent', load((core) => core.bytesOut)],
  ])
  #lastMs: number | undefined

  add(core: BrokerCore, now: number): void {
    const elapsedMs = this.#lastMs === undefined ? 0 : now - this.#lastMs
    this.#lastMs = now
    for (const one of this.#loads.values()) {
      const value = one.read(core)
      const perMinute = elapsedMs === 0 ? 0 : ((value - one.last) * 60_000) / elapsedMs
      one.last = value
      WINDOWS.forEach(([, windowMs], i) => {
        const weight = Math.exp(-elapsedMs / windowMs)
        one.perMinute[i] = perMinute * (1 - weight) + one.perMinute[i]! * weight
      })
    }
  }

  /** `load/NAME/WINDOW` and the value with two digits. */
  entries(): [string, string][] {
    return [...this.#loads].flatMap(([name, { perMinute }]) =>
      WINDOWS.map(([window], i): [string, string] => [
        `load/${name}/${window}`,
        perMinute[i]!.toFixed(2),
      ]),
    )
  }
}

function total(core: BrokerCore, field: 'messagesIn' | 'messagesOut' | 'dropped'): number {
  let sum = 0
  for (const host of core.hosts.values()) sum += host[field]
  return sum
}
