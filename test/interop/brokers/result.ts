// What a run of the suite leaves behind for the document.

import type { ProtocolVersion } from '@motewire/sdk'
import type { KnownCell } from './known-cells.ts'

/** FAILED: neither ok nor as the list of known cells says. */
export type Verdict = 'ok' | KnownCell['kind'] | 'FAILED'

export interface BrokerResult {
  readonly broker: string
  readonly release: string
  readonly cells: {
    readonly row: string
    readonly version: ProtocolVersion
    readonly verdict: Verdict
  }[]
}

/** From the root of the repository. */
export const DOCUMENT = 'docs/compatibility.md'

/** Where the results of a broker's last run stand, from the root of the repository. */
export function resultFile(broker: string): string {
  return `test/output/interop/${broker}.json`
}
