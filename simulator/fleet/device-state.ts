// How one device of a running fleet does, for who looks at devices one by one: a list, a map.

import type { GeoPosition } from '../device/index.ts'
import type { DeviceRow } from '../report/index.ts'

export interface DeviceState extends DeviceRow {
  /** Where it last said that it is; undefined for a device that knows no place. */
  readonly position: GeoPosition | undefined
}

export interface DevicesInspection {
  /**
   * Devices that were switched on, in the order of their starts in each world or process. Those of
   * other processes as they were the last time that somebody looked. Not there: nobody can tell.
   */
  states?(): Iterable<DeviceState>
}
