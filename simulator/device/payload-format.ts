// The contract of payload formats. A format is made once a group and shared by its devices; what
// differs comes as arguments. Which formats there are is create-payload.ts.

import type { Stamp, VaryingField } from './payload.ts'
import type { Sensor } from './sensors/sensor.ts'

export interface PayloadFormat {
  /** The fields that need a sensor, in the order in which `encode` wants their sensors. */
  readonly varying: readonly VaryingField[]
  /** Upper bound of a message's length for a client id of so many characters. */
  bytesMax(idLength: number): number
  /** Writes a message to the start of `out`, reading each sensor once; answers its length. */
  encode(out: Uint8Array, stamp: Stamp, sensors: readonly Sensor[], elapsedMs: number): number
}
