// A link over one byte channel: a serial port or a TCP connection.

import type { LineControl } from '@motewire/hardware'
import type { ByteChannel } from '@motewire/sdk'
import { ConsoleError } from '../errors.ts'
import type { Carrier, CarrierHandler } from './carrier.ts'
import { Outlet } from './outlet.ts'

export class ChannelCarrier implements Carrier {
  readonly #outlet: Outlet
  readonly #controlOf: () => LineControl | undefined
  #isOpen = false

  /** @param controlOf the lines, of a serial port while it is open. */
  constructor(channel: ByteChannel, controlOf: () => LineControl | undefined = () => undefined) {
    this.#outlet = new Outlet(channel)
    this.#controlOf = controlOf
  }

  open(handler: CarrierHandler): void {
    const { channel } = this.#outlet
    channel.open({
      onOpen: () => {
        this.#isOpen = true
        handler.handleOpen(channel.name)
      },
      onBytes: (bytes) => handler.handleBytes(bytes, ''),
      onDrain: () => this.#outlet.handleDrain(),
      onClose: (cause) => {
        this.#isOpen = false
        handler.handleEnd(cause)
      },
    })
  }

  send(bytes: Uint8Array, peer: string): void {
    if (this.#isOpen && peer === '') return this.#outlet.send(bytes)
    const who = peer === '' ? this.#outlet.channel.name : `peer '${peer}'`
    throw new ConsoleError('ERR_CONSOLE_CONFLICT', `${who} is not connected`)
  }

  close(): void {
    this.#outlet.channel.close('abort')
  }

  control(): LineControl | undefined {
    return this.#controlOf()
  }
}
