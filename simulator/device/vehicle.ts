// A vehicle on its way round the waypoints: it speeds up and brakes no harder than it can, turns no
// faster than it can, slows down before corners, and stands at waypoints if it shall. A plane round
// the first waypoint stands for the earth, good for a few hundred kilometres. Pure.
// O(time gone by / half a second), at most 7,200 steps a call; longer gaps take longer steps.

import type { Prng } from '@motewire/sdk/kit'
import type { TrackFigure, TrackSpec } from '../scenario/index.ts'
import type { GeoPosition } from './device.ts'

const STEP_S = 0.5
const STEPS_MAX = 7_200
const METRES_PER_DEGREE = 111_320
/** Close enough to have been there. */
const ARRIVAL_METRES = 8
/** Walking pace: slower it never gets at a corner, or it would never get round. */
const CRAWL_METRES_PER_S = 1

export class Vehicle {
  readonly #spec: TrackSpec
  /** Metres a degree of longitude there. */
  readonly #metresPerLongitude: number
  #x = 0
  #y = 0
  /** Degrees from north, clockwise. */
  #heading = 0
  #speed = 0
  #odometer = 0
  /** Position of the waypoint that it drives to. */
  #target = 1
  #standsUntilMs = 0
  #atMs = 0

  constructor(spec: TrackSpec, prng: Prng) {
    this.#spec = spec
    const [latitude = 0] = spec.waypoints[0] ?? []
    this.#metresPerLongitude = METRES_PER_DEGREE * Math.cos((latitude * Math.PI) / 180)
    const isRandom = spec.start === 'random'
    const first = isRandom ? prng.below(spec.waypoints.length) : 0
    const part = isRandom ? prng.unit() : 0
    const [from, to] = [this.#place(first), this.#place(first + 1)]
    this.#x = from.x + (to.x - from.x) * part
    this.#y = from.y + (to.y - from.y) * part
    this.#target = (first + 1) % spec.waypoints.length
    this.#heading = bearing(to.x - this.#x, to.y - this.#y)
  }

  /** Where it was when it was last asked for a figure. */
  get position(): GeoPosition {
    const [latitude = 0, longitude = 0] = this.#spec.waypoints[0] ?? []
    return {
      latitude: latitude + this.#y / METRES_PER_DEGREE,
      longitude: longitude + this.#x / this.#metresPerLongitude,
    }
  }

  /** Drives on until `elapsedMs`, which never falls, and tells where it is then. */
  figure(figure: TrackFigure, elapsedMs: number): number {
    this.#driveTo(elapsedMs)
    switch (figure) {
      case 'latitude':
        return this.position.latitude
      case 'longitude':
        return this.position.longitude
      case 'speed':
        return this.#speed
      case 'heading':
        return this.#heading
      case 'odometer':
        return this.#odometer
    }
  }

  #driveTo(elapsedMs: number): void {
    const gapMs = elapsedMs - this.#atMs
    if (gapMs <= 0) return
    const steps = Math.min(STEPS_MAX, Math.ceil(gapMs / (STEP_S * 1_000)))
    for (let step = 0; step < steps; step++) {
      this.#atMs += gapMs / steps
      this.#step(gapMs / steps / 1_000)
    }
    this.#atMs = elapsedMs
  }

  #step(seconds: number): void {
    const { turnDegreesPerS, accelerationMetresPerS2: power, stopMs } = this.#spec
    if (this.#atMs < this.#standsUntilMs) return
    const { x, y } = this.#place(this.#target)
    const [dx, dy] = [x - this.#x, y - this.#y]
    const distance = Math.hypot(dx, dy)
    const off = turnBetween(this.#heading, bearing(dx, dy))
    const turn = Math.min(Math.abs(off), turnDegreesPerS * seconds) * Math.sign(off)
    this.#heading = (this.#heading + turn + 360) % 360
    const change = this.#wantedSpeed(distance, Math.abs(off)) - this.#speed
    const changeMax = power * seconds
    this.#speed += Math.min(Math.max(change, -changeMax), changeMax)
    const way = this.#speed * seconds
    this.#x += way * Math.sin((this.#heading * Math.PI) / 180)
    this.#y += way * Math.cos((this.#heading * Math.PI) / 180)
    this.#odometer += way
    if (distance > Math.max(ARRIVAL_METRES, way)) return
    this.#target = (this.#target + 1) % this.#spec.waypoints.length
    if (stopMs === 0) return
    this.#speed = 0
    this.#standsUntilMs = this.#atMs + stopMs
  }

  /** As fast as allowed, but slow enough for the corner ahead and for the bend it is in. */
  #wantedSpeed(distance: number, off: number): number {
    const { speedMetresPerS, accelerationMetresPerS2: power, turnDegreesPerS, stopMs } = this.#spec
    const corner = stopMs > 0 ? 0 : this.#cornerSpeed()
    const braking = Math.sqrt(corner * corner + 2 * power * Math.max(0, distance - ARRIVAL_METRES))
    // Within the circle that it can drive at this speed the target must not lie.
    const radians = (turnDegreesPerS * Math.PI) / 180
    const bend = off < 5 ? Infinity : (radians * distance) / (2 * Math.sin((off * Math.PI) / 360))
    const limit = Math.min(speedMetresPerS, braking, off > 60 ? bend / 2 : bend)
    return Math.max(Math.min(CRAWL_METRES_PER_S, speedMetresPerS), limit)
  }

  /** How fast it may pass the waypoint ahead: the sharper the corner, the slower. */
  #cornerSpeed(): number {
    const [here, next] = [this.#place(this.#target), this.#place(this.#target + 1)]
    const ahead = bearing(next.x - here.x, next.y - here.y)
    const angle = Math.abs(turnBetween(this.#heading, ahead))
    return this.#spec.speedMetresPerS * Math.max(0.1, 1 - angle / 90)
  }

  #place(waypoint: number): { readonly x: number; readonly y: number } {
    const { waypoints } = this.#spec
    const [latitude = 0, longitude = 0] = waypoints[waypoint % waypoints.length] ?? []
    const [north = 0, east = 0] = waypoints[0] ?? []
    return {
      x: (longitude - east) * this.#metresPerLongitude,
      y: (latitude - north) * METRES_PER_DEGREE,
    }
  }
}

function bearing(dx: number, dy: number): number {
  return ((Math.atan2(dx, dy) * 180) / Math.PI + 360) % 360
}

/** From one heading to another the short way round: -180 to 180. */
function turnBetween(from: number, to: number): number {
  return ((to - from + 540) % 360) - 180
}
