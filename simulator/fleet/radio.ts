// The radio of one device, which can be switched off, and whose connection can be cut, as seen from
// the client: while it is off, attempts to connect wait for their turn. It does not know why.

import { LinkError } from '@motewire/sdk/errors'
import { Task } from '@motewire/sdk/kit'
import type { ByteChannel, ChannelHandler, Clock } from '@motewire/sdk'

/** DISCONNECT without a reason, the same in all versions [MQTT-3.14]. */
const DISCONNECT = Uint8Array.of(0xe0, 0)
/** How long a last word may take to leave. */
const FLUSH_MS = 10_000

export class Radio {
  readonly #clock: Clock
  #isOn = true
  #held: (() => void) | undefined
  #channel: SwitchedChannel | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get isOn(): boolean {
    return this.#isOn
  }

  /** For the client's `pacer`. */
  schedule(attempt: () => void): Task | undefined {
    if (this.#isOn) attempt()
    else this.#held = attempt
    return undefined
  }

  /** For the client's `openChannel`. */
  wrap(inner: ByteChannel): ByteChannel {
    this.#channel = new SwitchedChannel(inner, this.#clock)
    return this.#channel
  }

  on(): void {
    this.#isOn = true
    const attempt = this.#held
    this.#held = undefined
    attempt?.()
  }

  /** @param how whether the broker is told that the device goes. */
  off(how: 'goodbye' | 'silent'): void {
    this.#isOn = false
    this.#held = undefined
    this.cut(how)
  }

  /** Ends the connection; the client connects again as it would after any loss. */
  cut(how: 'goodbye' | 'silent' = 'silent'): void {
    const channel = this.#channel
    this.#channel = undefined
    channel?.end(how)
  }
}

/** A channel that can be ended from outside, at once as far as the client sees. */
class SwitchedChannel implements ByteChannel {
  readonly name: string
  readonly #inner: ByteChannel
  readonly #clock: Clock
  readonly #patience: Task
  #handler: ChannelHandler | undefined
  #isOpen = false
  #isInnerClosed = false

  constructor(inner: ByteChannel, clock: Clock) {
    this.name = inner.name
    this.#inner = inner
    this.#clock = clock
    this.#patience = new Task(() => inner.close('abort'))
  }

  open(handler: ChannelHandler): void {
    this.#handler = handler
    this.#inner.open({
      onOpen: () => {
        this.#isOpen = true
        this.#handler?.onOpen()
      },
      onBytes: (bytes) => this.#handler?.onBytes(bytes),
      onDrain: () => this.#handler?.onDrain(),
      onClose: (cause) => {
        this.#isInnerClosed = true
        this.#clock.cancel(this.#patience)
        this.#handler?.onClose(cause)
        this.#handler = undefined
      },
    })
  }

  write(bytes: Uint8Array): boolean {
    return this.#inner.write(bytes)
  }

  pause(): void {
    this.#inner.pause()
  }

  resume(): void {
    this.#inner.resume()
  }

  close(how?: 'flush' | 'abort'): void {
    this.#inner.close(how)
  }

  end(how: 'goodbye' | 'silent'): void {
    const handler = this.#handler
    this.#handler = undefined
    if (!this.#isInnerClosed) this.#closeInner(how)
    handler?.onClose(new LinkError('ERR_LINK_LOST', `${this.name} was cut by the device`))
  }

  #closeInner(how: 'goodbye' | 'silent'): void {
    if (how === 'silent' || !this.#isOpen) return this.#inner.close('abort')
    this.#inner.write(DISCONNECT)
    this.#inner.close('flush')
    if (!this.#isInnerClosed) this.#clock.schedule(this.#clock.now() + FLUSH_MS, this.#patience)
  }
}
