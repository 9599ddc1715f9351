// A row of the compatibility matrix.

import type { ProtocolVersion } from '@motewire/sdk'
import type { Stage } from './stage.ts'

export interface InteropCase {
  /** What works when the cell is ok. Unique. */
  readonly name: string
  /** Versions in which it means something. Default: all. */
  readonly versions?: readonly ProtocolVersion[]
  /** Sees what other rows do, so it runs when they are over. */
  readonly isAlone?: boolean
  /** Needs the broker restarted: all these cells share one restart. */
  readonly isRestarted?: boolean
  /** Throws when the cell is not ok. */
  readonly run: (stage: Stage) => Promise<void>
}

export const ALL_VERSIONS: readonly ProtocolVersion[] = [3, 4, 5]

/** As people call them. */
export const VERSION_NAMES: Readonly<Record<ProtocolVersion, string>> = {
  3: '3.1',
  4: '3.1.1',
  5: '5.0',
}
