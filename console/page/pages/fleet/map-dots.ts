// The devices of a map: where each one is drawn while it glides from where it was told to be to
// where it is told to be now, and which one lies nearest to a place. Pure. O(devices).

import type { PlacedDevice } from '../../../views.ts'
import { worldPoint } from './map-view.ts'
import type { Point } from './map-view.ts'

export interface Dot {
  readonly device: PlacedDevice
  /** Points of the world. */
  readonly from: Point
  readonly to: Point
}

export class MapDots {
  #dots: ReadonlyMap<string, Dot> = new Map()
  #toldMs = 0
  readonly #glideMs: number

  /** @param glideMs how long a way takes; 0: devices jump. */
  constructor(glideMs: number) {
    this.#glideMs = glideMs
  }

  get count(): number {
    return this.#dots.size
  }

  [Symbol.iterator](): IterableIterator<Dot> {
    return this.#dots.values()
  }

  of(clientId: string): Dot | undefined {
    return this.#dots.get(clientId)
  }

  tell(devices: readonly PlacedDevice[], nowMs: number): void {
    const share = this.share(nowMs)
    const dots = devices.map((device): [string, Dot] => {
      const to = worldPoint(device)
      const old = this.#dots.get(device.clientId)
      return [device.clientId, { device, to, from: old === undefined ? to : placeOn(old, share) }]
    })
    this.#dots = new Map(dots)
    this.#toldMs = nowMs
  }

  /** How far all are on their way, 0 to 1. */
  share(nowMs: number): number {
    if (this.#glideMs === 0) return 1
    return Math.min(1, Math.max(0, (nowMs - this.#toldMs) / this.#glideMs))
  }

  /** Undefined when none is as near as `distance`, in parts of the world. */
  nearest(at: Point, distance: number, share: number): Dot | undefined {
    let best: Dot | undefined
    let bestDistance = distance
    for (const dot of this.#dots.values()) {
      const { x, y } = placeOn(dot, share)
      const away = Math.hypot(x - at.x, y - at.y)
      if (away > bestDistance) continue
      best = dot
      bestDistance = away
    }
    return best
  }
}

export function placeOn({ from, to }: Dot, share: number): Point {
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }
}
