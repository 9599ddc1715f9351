// When one device boots, sleeps, wakes, loses its connection, restarts and dies: from its group's
// lifecycle and from the faults of the scenario. All is drawn from the device's own random numbers.
// It knows neither clients nor links; it switches a device that does.

import { Task } from '@motewire/sdk/kit'
import type { Clock } from '@motewire/sdk'
import type { Prng } from '@motewire/sdk/kit'
import type { DeviceFault, DevicePlan, LifecycleSpec, Scenario } from '../scenario/index.ts'

/** What a life does to its device. */
export interface SwitchedDevice {
  /** Power is on and the firmware runs. */
  boot(): void
  /** Power is lost, and all that is not in flash with it. */
  powerOff(): void
  /** The connection is cut, once. */
  reconnect(): void
  /** The radio goes off after a last word to the broker; the firmware goes on. */
  sleep(): void
  wake(): void
}

interface DeviceEvent {
  readonly atMs: number
  readonly does: DeviceFault['does']
  readonly downMs: number
}

const ALWAYS_ON: LifecycleSpec = {
  bootMs: 0,
  provision: undefined,
  sleep: undefined,
  rebootEveryMs: 0,
  failAfterMs: 0,
}
/** From a loss of power to its return, of a reboot that no fault asks for. */
const REBOOT_MS = 1_000

/** Undefined for a device that is switched on and stays as it is: nearly all. */
export function lifeOf(
  plan: DevicePlan,
  { faults }: Scenario,
  device: SwitchedDevice,
  clock: Clock,
  originMs: number,
): DeviceLife | undefined {
  const { group, prng } = plan
  const own = faults.filter((fault) => fault.kind === 'devices')
  const events = own.flatMap((fault) => eventOf(fault, group.name, prng, originMs))
  if (group.lifecycle === undefined && events.length === 0) return undefined
  const spec = group.lifecycle ?? ALWAYS_ON
  return new DeviceLife({ spec, events, prng: prng.fork('life'), device, clock })
}

function eventOf(fault: DeviceFault, group: string, prng: Prng, originMs: number): DeviceEvent[] {
  const { groups, share, does, atMs, overMs, downMs } = fault
  if (groups !== undefined && !groups.includes(group)) return []
  const own = prng.fork(`fault/${does}/${atMs}`)
  if (own.unit() >= share) return []
  return [{ atMs: originMs + atMs + own.unit() * overMs, does, downMs }]
}

interface LifeOptions {
  readonly spec: LifecycleSpec
  readonly events: readonly DeviceEvent[]
  readonly prng: Prng
  readonly device: SwitchedDevice
  readonly clock: Clock
}

export class DeviceLife {
  readonly #options: LifeOptions
  readonly #tasks: Task[] = []
  readonly #bootTask: Task
  readonly #sleepTask: Task
  readonly #rebootTask: Task | undefined
  #isOn = false
  #isFailed = false
  #isAwake = true
  #wakeMs = 0

  constructor(options: LifeOptions) {
    this.#options = options
    const { spec, events, clock, prng } = options
    this.#bootTask = this.#task(() => this.#boot())
    this.#sleepTask = this.#task((now) => this.#turn(now))
    for (const event of events)
      clock.schedule(
        event.atMs,
        this.#task(() => this.#happen(event)),
      )
    if (spec.rebootEveryMs > 0) {
      this.#rebootTask = this.#task(() => {
        this.#powerOff(REBOOT_MS)
        this.#planReboot()
      })
      this.#planReboot()
    }
    if (spec.failAfterMs > 0) {
      const atMs = clock.now() + prng.exponential(spec.failAfterMs)
      clock.schedule(
        atMs,
        this.#task(() => this.#fail()),
      )
    }
  }

  powerOn(): void {
    const { clock, spec } = this.#options
    // A device that failed before it was switched on stays off.
    if (!this.#isFailed && spec.bootMs === 0) this.#boot()
    else if (!this.#isFailed) clock.schedule(clock.now() + spec.bootMs, this.#bootTask)
  }

  /** The run is over: nothing happens any more. */
  end(): void {
    for (const task of this.#tasks) this.#options.clock.cancel(task)
  }

  #task(run: (now: number) => void): Task {
    const task = new Task(run)
    this.#tasks.push(task)
    return task
  }

  #planReboot(): void {
    const { spec, clock, prng } = this.#options
    if (this.#rebootTask === undefined) return
    clock.schedule(clock.now() + prng.exponential(spec.rebootEveryMs), this.#rebootTask)
  }

  #happen({ does, downMs }: DeviceEvent): void {
    if (does === 'fail') this.#fail()
    else if (does === 'reboot') this.#powerOff(downMs)
    else if (this.#isOn && this.#isAwake) this.#options.device.reconnect()
  }

  #boot(): void {
    const { device, clock, spec, prng } = this.#options
    this.#isOn = true
    this.#isAwake = true
    device.boot()
    if (spec.sleep === undefined) return
    // The first wake is anywhere in the period: a fleet does not wake in chorus.
    const { everyMs, awakeMs } = spec.sleep
    this.#wakeMs = clock.now() - prng.unit() * (everyMs - awakeMs)
    clock.schedule(clock.now() + awakeMs, this.#sleepTask)
  }

  #turn(now: number): void {
    const { device, clock, spec } = this.#options
    if (spec.sleep === undefined) return
    const { everyMs, awakeMs } = spec.sleep
    this.#isAwake = !this.#isAwake
    if (this.#isAwake) device.wake()
    else {
      device.sleep()
      this.#wakeMs += everyMs
    }
    clock.schedule(this.#isAwake ? now + awakeMs : this.#wakeMs, this.#sleepTask)
  }

  #powerOff(downMs: number): void {
    const { device, clock, spec } = this.#options
    if (this.#isFailed) return
    clock.cancel(this.#sleepTask)
    if (this.#isOn) device.powerOff()
    this.#isOn = false
    clock.schedule(clock.now() + downMs + spec.bootMs, this.#bootTask)
  }

  #fail(): void {
    const { device, clock } = this.#options
    if (this.#isFailed) return
    this.#isFailed = true
    clock.cancel(this.#bootTask)
    clock.cancel(this.#sleepTask)
    if (this.#rebootTask !== undefined) clock.cancel(this.#rebootTask)
    if (this.#isOn) device.powerOff()
    this.#isOn = false
  }
}
