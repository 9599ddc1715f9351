// Inbound deliveries: which QoS 2 identifiers were handed to the application and wait for PUBREL.
// As long as an identifier is here, the same PUBLISH again is a duplicate [MQTT5-4.3.3-10]. The
// set survives reconnects; it is bounded by the Receive Maximum that the server was told.

export class Receipts {
  #ids: Set<number> | undefined

  get size(): number {
    return this.#ids?.size ?? 0
  }

  has(packetId: number): boolean {
    return this.#ids?.has(packetId) ?? false
  }

  add(packetId: number): void {
    this.#ids ??= new Set()
    this.#ids.add(packetId)
  }

  /** PUBREL came: false when the identifier is unknown. */
  release(packetId: number): boolean {
    return this.#ids?.delete(packetId) ?? false
  }

  clear(): void {
    this.#ids = undefined
  }
}
