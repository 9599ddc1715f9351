// What an accepted channel can do besides the byte-channel contract: change hands while it is open,
// and give its stream away. Both are how a listener looks at a first byte before it decides.

import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { TcpChannel } from '@motewire/sdk'
import type { ChannelHandler } from '@motewire/sdk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** Notes what it is told, and lets a test wait for the next word. */
class Witness implements ChannelHandler {
  readonly log: string[] = []
  #wake: (() => void) | undefined

  onOpen(): void {
    this.#note('open')
  }

  onBytes(bytes: Uint8Array): void {
    this.#note(Buffer.from(bytes).toString())
  }

  onDrain(): void {
    this.#note('drain')
  }

  onClose(): void {
    this.#note('close')
  }

  async hears(word: string): Promise<void> {
    while (!this.log.includes(word)) await new Promise<void>((resolve) => (this.#wake = resolve))
  }

  #note(word: string): void {
    this.log.push(word)
    this.#wake?.()
  }
}

let server: Server
let client: Socket
let accepted: Socket

beforeEach(async () => {
  server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = (await once(server, 'connection')) as [Socket]
  accepted = socket
})

afterEach(() => {
  client.destroy()
  accepted.destroy()
  server.close()
})

describe('an accepted channel', () => {
  it('goes on with the handler that opens it last', async () => {
    const channel = TcpChannel.accept(accepted)
    const [first, second] = [new Witness(), new Witness()]
    channel.open(first)
    client.write('one')
    await first.hears('one')
    channel.open(second)
    client.end('two')
    await second.hears('two')
    channel.close()
    await second.hears('close')
    expect(first.log).toEqual(['open', 'one'])
    expect(second.log).toEqual(['open', 'two', 'close'])
  })

  it('is silent once its stream is given away, and loses no byte', async () => {
    const channel = TcpChannel.accept(accepted)
    const witness = new Witness()
    channel.open(witness)
    client.write('one')
    await witness.hears('one')
    const stream = channel.release()
    expect(stream).toBe(accepted)
    client.end('two')
    const received: Buffer[] = []
    stream.on('data', (bytes: Buffer) => received.push(bytes)).resume()
    await once(stream, 'end')
    expect(Buffer.concat(received).toString()).toBe('two')
    stream.destroy()
    await once(stream, 'close')
    expect(witness.log).toEqual(['open', 'one'])
  })
})
