// Whether a device that is known by its identity is plugged in, asked often by many bridges and
// answered at once: the answer is that of the newest scan, and one scan serves all who ask.

import type { PortIdentity } from './identity.ts'
import { listPorts } from './list.ts'
import type { PortInfo } from './list.ts'

/** Nobody needs to know sooner; a scan costs a few hundred reads of sysfs. */
const SCAN_EVERY_MS = 100

export class PortWatch {
  readonly #list: () => Promise<PortInfo[]>
  #newest: readonly PortInfo[] | undefined
  #isScanning = false
  #scannedAtMs = -Infinity

  constructor(list: () => Promise<PortInfo[]> = () => listPorts()) {
    this.#list = list
  }

  /** Whether a port fits; true as long as nothing is known, so that it is tried. */
  isPresent(identity: PortIdentity): boolean {
    void this.#scan()
    return this.#newest?.some((port) => identity.matches(port)) ?? true
  }

  async #scan(): Promise<void> {
    const now = performance.now()
    if (this.#isScanning || now - this.#scannedAtMs < SCAN_EVERY_MS) return
    this.#isScanning = true
    this.#newest = await this.#list().catch(() => [])
    this.#scannedAtMs = now
    this.#isScanning = false
  }
}
