// A fleet in virtual time, from its first device to what it has counted. Devices that cannot hear
// each other need not run side by side: they run in worlds of a few devices each, one world after
// the other, so that what a world touches stays in the processor's caches and in little memory. A
// device does the same things at the same times in either case, and so the digest is the same.

import type { FleetInspection, FleetSnapshot, LatencySummary } from '../report/index.ts'
import type { DeviceState } from './device-state.ts'
import { devicesInteract } from './interaction.ts'
import { partOfPlan, subShard } from './plan-part.ts'
import { partOf, sumOfGroups, sumOfParts } from './run-part.ts'
import type { RunPart } from './run-part.ts'
import { VirtualWorld } from './virtual-world.ts'
import type { VirtualWorldOptions } from './virtual-world.ts'

export interface VirtualRunOptions extends VirtualWorldOptions {
  /** Devices of a world, unless they can hear each other. Default 20. */
  readonly worldDevicesMax?: number | undefined
}

const WORLD_DEVICES = 20

export class VirtualRun implements FleetInspection {
  readonly #options: VirtualRunOptions
  readonly #worlds: number
  #part: RunPart | undefined
  #done = 0
  #world: VirtualWorld
  #events = 0
  #isStopping = false
  /** How the devices of the worlds that are done were at their ends. */
  readonly #ended: DeviceState[] = []

  constructor(options: VirtualRunOptions) {
    const { plan, worldDevicesMax = WORLD_DEVICES } = options
    this.#options = options
    const isDivided = !devicesInteract(plan)
    this.#worlds = isDivided ? Math.max(1, Math.ceil(plan.devices / worldDevicesMax)) : 1
    this.#world = this.#makeWorld(0)
  }

  /** Worlds that the devices are divided into. */
  get worlds(): number {
    return this.#worlds
  }

  /** Tasks run so far, in all worlds. */
  get events(): number {
    return this.#events + this.#world.clock.events
  }

  /** Runs all worlds; answers what they have counted. */
  async run(): Promise<RunPart> {
    for (;;) {
      await this.#world.run()
      const part = partOf(this.#world.fleet)
      this.#part = this.#part === undefined ? part : sumOfParts([this.#part, part])
      this.#done++
      if (this.#done === this.#worlds || this.#isStopping) return this.#part
      this.#ended.push(...this.#world.fleet.states())
      this.#events += this.#world.clock.events
      this.#world = this.#makeWorld(this.#done)
    }
  }

  /** Ends the run in good order; what has not begun is left out. */
  stop(): void {
    this.#isStopping = true
    this.#world.stop()
  }

  snapshot(): FleetSnapshot {
    const now = this.#world.fleet.snapshot()
    const { plan, durationMs } = this.#options
    if (this.#worlds === 1) return now
    const isOver = this.#done === this.#worlds
    const part = this.#part
    // The current world counts beside those that are done, until it is one of them.
    const sum = (done: number | undefined, current: number): number =>
      (done ?? 0) + (isOver ? 0 : current)
    const share = this.#done + (isOver ? 0 : now.elapsedMs / (durationMs ?? Infinity))
    const total = part?.ledger.total()
    const elapsedMs = isOver ? (part?.elapsedMs ?? 0) : (share / this.#worlds) * (durationMs ?? 0)
    const published = sum(total?.published, now.published)
    return {
      ...now,
      phase: isOver ? 'ended' : 'running',
      elapsedMs,
      devices: plan.devices,
      started: sum(part?.started, now.started),
      connected: sum(part?.connected, now.connected),
      published,
      // Of the whole fleet, as if its worlds had run side by side; a mean over all of the time.
      publishesPerSecond: elapsedMs === 0 ? 0 : (published * 1_000) / elapsedMs,
      acked: sum(total?.acked, now.acked),
      lost: sum(total?.lost, now.lost),
      queued: sum(total?.queued, now.queued),
      reconnects: sum(part?.reconnects, now.reconnects),
      errors: sum(part?.errors, now.errors),
      ackLatencyMs: latencyOf(part, now),
      groups: now.groups.map((group, at) => {
        const done = part?.groups[at]
        return done === undefined ? group : isOver ? done : sumOfGroups(done, group)
      }),
    }
  }

  /** Those of the worlds that are done, then those of the current one. */
  *states(): Generator<DeviceState> {
    yield* this.#ended
    yield* this.#world.fleet.states()
  }

  #makeWorld(number: number): VirtualWorld {
    const { plan } = this.#options
    const shard = subShard(plan, number, this.#worlds)
    return new VirtualWorld({ ...this.#options, plan: partOfPlan(plan, shard) })
  }
}

/** The worlds that are done tell more than the one that has just begun. */
function latencyOf(part: RunPart | undefined, now: FleetSnapshot): LatencySummary {
  return part === undefined ? now.ackLatencyMs : part.latency.summary()
}
