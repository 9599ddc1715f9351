// Cells that are not ok, and whose fault that is. The list stays true by itself: a cell that fails
// in another way than `error` fails the test, and so does one that works.

import type { ProtocolVersion } from '@motewire/sdk'

export interface KnownCell {
  readonly broker: string
  /** Name of the row. */
  readonly row: string
  /** Default: every version of the row that the broker speaks. */
  readonly versions?: readonly ProtocolVersion[]
  /** 'unsupported': the broker does not claim to do it. 'defect': it breaks the standard. */
  readonly kind: 'unsupported' | 'defect'
  /** What was seen, for people. */
  readonly seen: string
  /** How the row ends then. */
  readonly error: RegExp
}

export const KNOWN_CELLS: readonly KnownCell[] = []
