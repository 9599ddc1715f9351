// The line to an emulated UART, as a byte channel: the end that a bridge or a gateway holds. Bytes
// towards the chip wait here until its UART takes them, one at a time and as slowly as its baud
// rate says; bytes from the chip are gathered and handed over in pieces. It can be opened again
// after it was closed, as a real port can, but not by two at once, and not while it is unplugged.
//
// Bound: a write of any length is refused (`false`) until the chip has taken it; from the chip,
// BYTES_MAX a slice, beyond which the line loses bytes as a real one would.

import { LinkError } from '@motewire/sdk'
import type { ByteChannel, ChannelHandler, Clock } from '@motewire/sdk'

const BYTES_MAX = 65_536
/** Without this many bytes waiting a writer need not wait. */
const REFUSE_AT_BYTES = 256

export class UartChannel implements ByteChannel {
  readonly name: string
  readonly #clock: Clock
  readonly #handleBytes: () => void
  #handler: ChannelHandler | undefined
  /** Towards the chip: a queue of copies. */
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #position = 0
  #isRefused = false
  /** From the chip. Grows to what a slice really brings. */
  #gathered = new Uint8Array(64)
  #gatheredBytes = 0
  #isPaused = false
  #isClosing = false
  #isPlugged = true
  /** Bytes that nobody was there to take. */
  lostBytes = 0

  /** @param handleBytes is told when there is something to take. */
  constructor(name: string, clock: Clock, handleBytes: () => void) {
    this.name = name
    this.#clock = clock
    this.#handleBytes = handleBytes
  }

  open(handler: ChannelHandler): void {
    if (this.#handler !== undefined || !this.#isPlugged) {
      const why = this.#isPlugged ? 'is open already' : 'is not plugged in'
      const refused = new LinkError('ERR_LINK_REFUSED', `${this.name} ${why}`)
      this.#clock.defer(() => handler.onClose(refused))
      return
    }
    this.#handler = handler
    this.#isPaused = this.#isClosing = this.#isRefused = false
    this.#gatheredBytes = 0
    this.#clock.defer(() => {
      if (this.#handler === handler) handler.onOpen()
    })
  }

  write(bytes: Uint8Array): boolean {
    if (this.#handler === undefined || this.#isClosing || bytes.length === 0) return true
    // slice() of a Buffer would be a view.
    this.#waiting.push(new Uint8Array(bytes))
    this.#waitingBytes += bytes.length
    this.#isRefused = this.#waitingBytes > REFUSE_AT_BYTES
    // The chip's answer must not come from inside this call.
    this.#clock.defer(this.#handleBytes)
    return !this.#isRefused
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#clock.defer(() => this.flush())
  }

  close(): void {
    this.#end(undefined)
  }

  get isPlugged(): boolean {
    return this.#isPlugged
  }

  /** Pulls the cable: whoever holds the channel sees it hang up, and what is sent now is lost. */
  unplug(): void {
    this.#isPlugged = false
    this.#end(new LinkError('ERR_LINK_LOST', `${this.name} hung up`))
  }

  /** Plugs the cable in: the channel can be opened again. */
  plug(): void {
    this.#isPlugged = true
  }

  // What the microcontroller calls.

  /** The next byte for the chip. */
  take(): number | undefined {
    const chunk = this.#waiting[0]
    if (chunk === undefined) return undefined
    const byte = chunk[this.#position++]!
    this.#waitingBytes--
    if (this.#position === chunk.length) {
      this.#waiting.shift()
      this.#position = 0
    }
    if (this.#isRefused && this.#waitingBytes === 0) this.#clock.defer(this.#drain)
    return byte
  }

  /** Drops what waits for the chip: its receiver is off. */
  lose(): void {
    if (this.#waitingBytes === 0) return
    this.lostBytes += this.#waitingBytes
    this.#waiting = []
    this.#waitingBytes = this.#position = 0
    if (this.#isRefused) this.#clock.defer(this.#drain)
  }

  /** A byte from the chip; it leaves with the next `flush`. */
  deliver(byte: number): void {
    if (this.#handler === undefined || !this.#isPlugged || this.#gatheredBytes === BYTES_MAX) {
      this.lostBytes++
      return
    }
    if (this.#gatheredBytes === this.#gathered.length) {
      const larger = new Uint8Array(2 * this.#gathered.length)
      larger.set(this.#gathered)
      this.#gathered = larger
    }
    this.#gathered[this.#gatheredBytes++] = byte
  }

  flush(): void {
    if (this.#isPaused || this.#gatheredBytes === 0) return
    const bytes = this.#gathered.subarray(0, this.#gatheredBytes)
    this.#gatheredBytes = 0
    this.#handler?.onBytes(bytes)
  }

  /** Forgets what has not left. */
  discard(): void {
    this.#gatheredBytes = 0
    this.lose()
  }

  readonly #drain = (): void => {
    if (!this.#isRefused || this.#waitingBytes > 0) return
    this.#isRefused = false
    this.#handler?.onDrain()
  }

  #end(cause: LinkError | undefined): void {
    const handler = this.#handler
    if (handler === undefined || this.#isClosing) return
    this.#isClosing = true
    this.#clock.defer(() => {
      if (this.#handler !== handler) return
      this.#handler = undefined
      this.#waiting = []
      this.#waitingBytes = this.#position = 0
      handler.onClose(cause)
    })
  }
}
