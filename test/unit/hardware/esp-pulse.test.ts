// The pulse that starts the boot loader of an ESP over RFC 2217, as flashing tools make it, each
// step after the answer to the one before: its last steps are the server's own, because they would
// not survive a network. Against a binding that writes down what it is told.

import type { ByteChannel, ChannelHandler } from '@motewire/sdk'
import { ManualClock } from '@motewire/sdk/testing'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { BindingPort } from '../../../hardware/port/binding.ts'
import type { Board } from '../../../hardware/port/board.ts'
import { PortLineControl } from '../../../hardware/port/line-control.ts'
import { resolveSettings } from '../../../hardware/port/settings.ts'
import { ANSWER, COMMAND, CONTROL, encodeComPort } from '../../../hardware/rfc2217/com-port.ts'
import { Rfc2217ServerChannel } from '../../../hardware/rfc2217/server-channel.ts'

let log: string[] = []
vi.mock('node:timers/promises', () => ({
  setTimeout: (ms: number) => {
    log.push(`hold ${ms}`)
    return Promise.resolve()
  },
}))

/** The client's end of a connection. */
class Connection implements ByteChannel {
  readonly name = 'client'
  #handler!: ChannelHandler
  #received = Buffer.alloc(0)
  #handleBytes = (): void => {}

  open(handler: ChannelHandler): void {
    this.#handler = handler
    handler.onOpen()
  }

  write(bytes: Uint8Array): boolean {
    this.#received = Buffer.concat([this.#received, bytes])
    this.#handleBytes()
    return true
  }

  pause(): void {}
  resume(): void {}
  close(): void {}

  /** Asks for changes of the lines, in one piece, and waits for the answers. */
  async change(...values: readonly number[]): Promise<void> {
    const codes = (add: number): Buffer => {
      return Buffer.concat(values.map((value) => encodeComPort(COMMAND.control + add, value)))
    }
    this.#received = Buffer.alloc(0)
    const answered = new Promise<void>((resolve) => {
      this.#handleBytes = () => {
        if (this.#received.includes(codes(ANSWER))) resolve()
      }
    })
    this.#handler.onBytes(codes(0))
    await answered
  }
}

const { dtrOn, dtrOff, rtsOn, rtsOff } = CONTROL

describe('the boot pulse of an ESP over RFC 2217', () => {
  let client: Connection

  beforeEach(() => {
    log = []
  })

  function serve(board: Board): void {
    const set: BindingPort['set'] = ({ dtr, rts }) => {
      log.push(`${dtr ? 'DTR' : 'dtr'} ${rts ? 'RTS' : 'rts'}`)
      return Promise.resolve()
    }
    const port: BindingPort = {
      read: () => Promise.resolve({ bytesRead: 0 }),
      write: () => Promise.resolve(),
      set,
      get: () => Promise.resolve({ cts: false, dsr: false, dcd: false }),
      update: () => Promise.resolve(),
      flush: () => Promise.resolve(),
      close: () => Promise.resolve(),
    }
    const control = new PortLineControl('/dev/ttyX', port, resolveSettings())
    client = new Connection()
    const clock = new ManualClock()
    const channel = new Rfc2217ServerChannel(client, { control: () => control, board, clock })
    channel.open({ onOpen: () => {}, onBytes: () => {}, onDrain: () => {}, onClose: () => {} })
  }

  /** Into reset; held at the boot strap and let go; the strap let go. */
  const tools: [string, readonly (readonly number[])[]][] = [
    ['a line at a time', [[dtrOff], [rtsOn], [dtrOn], [rtsOff], [dtrOff]]],
    ['both lines together', [[dtrOff, rtsOn], [dtrOn, rtsOff], [dtrOff]]],
  ]
  it.each(tools)('is made by the server when a tool asks for it %s', async (_how, steps) => {
    serve('esp-classic')
    for (const step of steps) await client.change(...step)
    const begun = log.indexOf('hold 100') - 1
    // Whatever came before has it in reset already.
    expect(new Set(log.slice(0, begun))).toEqual(new Set(['dtr RTS']))
    expect(log.slice(begun)).toEqual([
      'dtr RTS',
      'hold 100',
      'DTR rts',
      'hold 50',
      'dtr rts',
      'hold 50',
    ])
  })

  it('is over then: the reset that starts the new program is made as it comes', async () => {
    serve('esp-classic')
    for (const step of [[dtrOff], [rtsOn], [dtrOn], [rtsOff], [dtrOff]]) {
      await client.change(...step)
    }
    log.length = 0
    await client.change(rtsOn)
    await client.change(rtsOff)
    expect(log).toEqual(['dtr RTS', 'dtr rts'])
  })

  it('is made as it comes for other boards', async () => {
    serve('none')
    for (const step of tools[1]![1]) await client.change(...step)
    expect(log).toEqual(['dtr RTS', 'DTR rts', 'dtr rts'])
  })
})
