// Both directions of a line that carries MQTT, cut into packets as a bridge cuts them: guard and
// framing are the same, so what is told here is what a bridge on this line would see. Knows no
// times beside those it is given, and nothing of what a packet means.

import { Task } from '@motewire/sdk'
import type { Clock } from '@motewire/sdk'
import { makeFraming, makeUplinkGuard, PacketSplitter } from '../framing/index.ts'
import type { BreakReason, Hello, MqttFraming, UplinkGuard } from '../framing/index.ts'
import type { Direction } from './tap.ts'

export interface PacketLineHandler {
  /** A whole packet, borrowed. `isReset`: a CONNECT where none belongs. */
  handlePacket(direction: Direction, packet: Uint8Array, isReset: boolean): void
  /** The device's session cannot go on. */
  handleBreak(reason: BreakReason): void
  handleHello(hello: Hello): void
  /** Bytes of the device that belong to no packet, and frames that were damaged, since the last. */
  handleGarbage(bytes: number, damagedFrames: number): void
}

const PACKET_BYTES_MAX = 65_536

export class PacketLine {
  readonly #framing: MqttFraming
  readonly #handler: PacketLineHandler
  readonly #clock: Clock
  readonly #task = new Task((now) => this.#handleTimeout(now))
  readonly #guard: UplinkGuard
  #downlink: { handleBytes(bytes: Uint8Array, now: number): void }
  #dropped = 0
  #damaged = 0

  constructor(framing: MqttFraming, handler: PacketLineHandler, clock: Clock) {
    this.#framing = framing
    this.#handler = handler
    this.#clock = clock
    this.#guard = makeUplinkGuard(framing, {
      handleConnect: (packet, isReset) => {
        this.#tellGarbage()
        handler.handlePacket('rx', packet, isReset)
      },
      handlePacket: (packet) => {
        this.#tellGarbage()
        handler.handlePacket('rx', packet, false)
      },
      handleBreak: (reason) => handler.handleBreak(reason),
      handleHello: (hello) => handler.handleHello(hello),
    })
    this.#downlink = this.#makeDownlink()
  }

  handleOpen(): void {
    this.#guard.endSession()
    this.#downlink = this.#makeDownlink()
  }

  handleBytes(direction: Direction, bytes: Uint8Array): void {
    const now = this.#clock.now()
    if (direction === 'tx') {
      this.#downlink.handleBytes(bytes, now)
      return
    }
    this.#guard.handleBytes(bytes, now)
    this.#schedule()
  }

  handleClose(): void {
    this.#guard.endSession()
    this.#tellGarbage()
    this.#schedule()
  }

  #makeDownlink(): { handleBytes(bytes: Uint8Array, now: number): void } {
    const handlePacket = (packet: Uint8Array): void => {
      // The frames below it are what bridge and library tell each other.
      if (packet[0]! >= 0x10) this.#handler.handlePacket('tx', packet, false)
    }
    if (this.#framing !== 'raw') return makeFraming(this.#framing, { handleFrame: handlePacket })
    const ignore = (): void => {}
    const rest = { handleOversized: ignore, handleMalformed: ignore }
    return new PacketSplitter({ handlePacket, ...rest }, PACKET_BYTES_MAX)
  }

  #handleTimeout(now: number): void {
    this.#guard.handleTimeout(now)
    this.#tellGarbage()
    this.#schedule()
  }

  #schedule(): void {
    const dueMs = this.#guard.pollTimeout()
    if (dueMs === Infinity) this.#clock.cancel(this.#task)
    else this.#clock.schedule(dueMs, this.#task)
  }

  #tellGarbage(): void {
    const { droppedBytes, damagedFrames } = this.#guard.snapshot()
    const bytes = droppedBytes - this.#dropped
    const frames = damagedFrames - this.#damaged
    this.#dropped = droppedBytes
    this.#damaged = damagedFrames
    if (bytes > 0 || frames > 0) this.#handler.handleGarbage(bytes, frames)
  }
}
