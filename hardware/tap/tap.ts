// A tap: looks on at what passes a byte channel, in both directions, and changes nothing. Hex dump,
// decoded MQTT and capture file are taps; any channel can have some, a bridge's port as well as the
// one of a monitor. A tap never holds a channel up: what it cannot keep up with, it drops and
// counts.

import type { ByteChannel, ChannelHandler, LinkError } from '@motewire/sdk'
import { wrapSource } from '../bridge/wrap-source.ts'
import type { ChannelSource } from '../bridge/reopening-endpoint.ts'

/** `rx`: from the device; `tx`: to it. */
export type Direction = 'rx' | 'tx'

/** Takes a line for people, without its end; `time` is the time of day, UTC: `12:00:00.123`. */
export type WriteLine = (time: string, text: string) => void

export interface Tap {
  /** A connection begins; what was incomplete of the one before never becomes whole. */
  handleOpen(): void
  /** Bytes on their way, borrowed: valid during the call only. */
  handleBytes(direction: Direction, bytes: Uint8Array): void
  /** The connection is over. */
  handleClose(): void
  /** No connection follows; settles when everything is where it belongs. */
  close(): Promise<void>
}

/** The source, with taps on each of its channels. The channels may be open one after the other. */
export function tapSource(source: ChannelSource, taps: readonly Tap[]): ChannelSource {
  if (taps.length === 0) return source
  return wrapSource(source, (channel) => new TappedChannel(channel, taps))
}

class TappedChannel implements ByteChannel {
  readonly name: string
  readonly #channel: ByteChannel
  readonly #taps: readonly Tap[]
  #isOpen = false

  constructor(channel: ByteChannel, taps: readonly Tap[]) {
    this.name = channel.name
    this.#channel = channel
    this.#taps = taps
  }

  open(handler: ChannelHandler): void {
    this.#channel.open({
      onOpen: () => {
        this.#isOpen = true
        for (const tap of this.#taps) tap.handleOpen()
        handler.onOpen()
      },
      onBytes: (bytes) => {
        for (const tap of this.#taps) tap.handleBytes('rx', bytes)
        handler.onBytes(bytes)
      },
      onDrain: () => handler.onDrain(),
      onClose: (cause: LinkError | undefined) => {
        if (this.#isOpen) for (const tap of this.#taps) tap.handleClose()
        this.#isOpen = false
        handler.onClose(cause)
      },
    })
  }

  write(bytes: Uint8Array): boolean {
    if (this.#isOpen) for (const tap of this.#taps) tap.handleBytes('tx', bytes)
    return this.#channel.write(bytes)
  }

  pause(): void {
    this.#channel.pause()
  }

  resume(): void {
    this.#channel.resume()
  }

  close(how?: 'flush' | 'abort'): void {
    this.#channel.close(how)
  }
}
