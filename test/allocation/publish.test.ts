// What the hot paths allocate on the heap, per message, in a steady state: a client on a link that
// takes everything. Bytes are counted between two collections, so the figure does not depend on how
// fast the machine is.

import { describe, expect, it } from 'vitest'
import { Client } from '@motewire/sdk'
import type { ByteChannel, ChannelHandler } from '@motewire/sdk'
import { ManualClock } from '@motewire/sdk/testing'
import { bytesPerStep } from '../support/heap-bytes.ts'

/** Few enough that the young generation (16 MiB) is not full before the count. */
const MESSAGES = 20_000
/** Messages that leave, and are acknowledged, together. */
const BATCH = 100
const PAYLOAD = Buffer.alloc(64, 0x61)
const CONNACK = Buffer.from('20020000', 'hex')

/** Accepts the connection, takes every byte at once, and answers what it is told to. */
class SinkChannel implements ByteChannel {
  readonly name = 'sink'
  readonly #clock: ManualClock
  handler: ChannelHandler | undefined
  #isGreeted = false

  constructor(clock: ManualClock) {
    this.#clock = clock
  }

  open(handler: ChannelHandler): void {
    this.handler = handler
    this.#clock.defer(() => handler.onOpen())
  }

  write(): boolean {
    if (this.#isGreeted) return true
    this.#isGreeted = true
    this.#clock.defer(() => this.handler?.onBytes(CONNACK))
    return true
  }

  pause(): void {}
  resume(): void {}
  close(): void {}
}

function online(): { client: Client; clock: ManualClock; channel: SinkChannel } {
  const clock = new ManualClock()
  const channel = new SinkChannel(clock)
  const client = new Client('mqtt://sink', { clock, keepalive: 0, openChannel: () => channel })
  client.start()
  clock.settle()
  expect(client.connected).toBe(true)
  return { client, clock, channel }
}

describe('the heap', () => {
  it('takes at most 16 bytes for a QoS 0 publish', () => {
    const { client, clock } = online()
    const bytes = bytesPerStep(MESSAGES, (i) => {
      client.publish('bench/device-0001/value', PAYLOAD)
      if (i % BATCH === BATCH - 1) clock.settle()
    })
    console.log(`${bytes.toFixed(1)} B a QoS 0 publish`)
    expect(bytes).toBeLessThanOrEqual(16)
  })

  it('takes at most 32 bytes for a QoS 1 publish and its acknowledgement', () => {
    const { client, clock, channel } = online()
    const acks = Buffer.alloc(4 * BATCH)
    for (let i = 0; i < BATCH; i++) acks.writeUInt16BE(0x4002, 4 * i)
    const bytes = bytesPerStep(MESSAGES, (i) => {
      client.publish('bench/device-0001/value', PAYLOAD, QOS_1)
      acks.writeUInt16BE(((client.lastSerial - 1) % 65_535) + 1, 4 * (i % BATCH) + 2)
      if (i % BATCH < BATCH - 1) return
      clock.settle()
      channel.handler?.onBytes(acks)
    })
    expect(client.queued).toBe(0)
    console.log(`${bytes.toFixed(1)} B a QoS 1 publish`)
    expect(bytes).toBeLessThanOrEqual(32)
  })
})

const QOS_1 = { qos: 1 } as const
