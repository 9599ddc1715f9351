// The fleet that the page shows: the one of this process, or one that a visitor started, one at a
// time. A visitor's fleet connects where the console was told, and nowhere else. It ends with the
// console. Bound: FLEET_DEVICES_MAX devices.

import type { DeviceLink, DevicesInspection, DeviceState } from '@motewire/simulator'
import type { FleetInspection, LinkProfileName, SteeredFleet } from '@motewire/simulator'
import { SteeredRun } from '@motewire/simulator'
import { fleetView } from '../api/fleet-view.ts'
import { ConsoleError } from '../errors.ts'
import type { FleetView } from '../views.ts'

export type InspectedFleet = FleetInspection & DevicesInspection

export class FleetDesk {
  readonly #own: InspectedFleet | undefined
  readonly #brokerUrl: string | undefined
  #steered: SteeredRun | undefined
  #ended: Promise<unknown> = Promise.resolve()
  /** Why the visitor's fleet ended by itself. */
  #problem: string | undefined

  /**
   * @param own the fleet that runs in this process anyway.
   * @param brokerUrl where fleets of visitors connect; undefined: none can be started.
   */
  constructor(own: InspectedFleet | undefined, brokerUrl: string | undefined) {
    this.#own = own
    this.#brokerUrl = brokerUrl
  }

  get mayStart(): boolean {
    return this.#own === undefined && this.#brokerUrl !== undefined
  }

  /** Undefined while there was none. */
  view(): FleetView | undefined {
    const fleet = this.#steered ?? this.#own
    if (fleet === undefined) return undefined
    const view = fleetView(fleet.snapshot(), this.#steered?.link)
    const problem = this.#problem
    return problem === undefined ? view : { ...view, phase: 'ended', problem }
  }

  /** @throws ConsoleError `ERR_CONSOLE_CONFLICT`, `ERR_CONSOLE_PART_ABSENT`. */
  start(fleet: SteeredFleet): void {
    if (this.#brokerUrl === undefined) {
      throw new ConsoleError('ERR_CONSOLE_PART_ABSENT', 'this console has no broker for fleets')
    }
    if (this.#own !== undefined) {
      throw new ConsoleError('ERR_CONSOLE_CONFLICT', "the fleet of this process is not the page's")
    }
    if (this.#isRunning) {
      throw new ConsoleError('ERR_CONSOLE_CONFLICT', 'a fleet runs; stop it first')
    }
    const run = new SteeredRun(fleet, this.#brokerUrl)
    this.#steered = run
    this.#problem = undefined
    this.#ended = run.run().catch((error: unknown) => {
      this.#problem = error instanceof Error ? error.message : String(error)
    })
  }

  /** Moves all devices to another kind of link, connections included. */
  setLink(profile: LinkProfileName): void {
    this.#running().link = profile
  }

  /** Its devices one by one, in the order of their starts; none where the fleet cannot tell. */
  devices(): Iterable<DeviceState> {
    return (this.#steered ?? this.#own)?.states?.() ?? []
  }

  /** What a device has for itself; undefined: the link of all. */
  deviceLink(clientId: string): DeviceLink | undefined {
    return this.#steered?.deviceLink(clientId)
  }

  /**
   * Changes or cuts the link of one device; undefined gives it that of all again.
   * @throws ConsoleError `ERR_CONSOLE_NOT_FOUND`
   */
  setDeviceLink(clientId: string, link: DeviceLink | undefined): void {
    if (this.#running().setDeviceLink(clientId, link)) return
    const message = `no device '${clientId}' of the fleet is switched on`
    throw new ConsoleError('ERR_CONSOLE_NOT_FOUND', message)
  }

  /** Ends the fleet in good order; asked again, it waits no longer for what is under way. */
  stop(): void {
    this.#running().stop()
  }

  /** The console ends. */
  async end(): Promise<void> {
    if (!this.#isRunning) return
    this.#steered?.stop()
    this.#steered?.stop()
    await this.#ended
  }

  get #isRunning(): boolean {
    if (this.#steered === undefined || this.#problem !== undefined) return false
    return this.#steered.snapshot().phase !== 'ended'
  }

  #running(): SteeredRun {
    const steered = this.#steered
    if (steered !== undefined && this.#isRunning) return steered
    throw new ConsoleError('ERR_CONSOLE_NOT_FOUND', 'no fleet of the page runs')
  }
}
