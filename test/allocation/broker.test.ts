// What the broker allocates on the heap for a message that nobody hears, in a steady state: on its
// core, without sockets.

import { describe, expect, it } from 'vitest'
import { writePublish } from '@motewire/sdk/codec'
import { Stage } from '../support/broker-stage.ts'
import { bytesPerStep } from '../support/heap-bytes.ts'

const MESSAGES = 20_000
const BATCH = 50

/** A batch of PUBLISH packets as one read brings them. */
function batchOf(topic: string): Buffer {
  const bytes = Buffer.alloc(BATCH * 200)
  const rest = { qos: 0, retain: false, dup: false, packetId: 0 } as const
  const payload = Buffer.alloc(64, 0x61)
  let end = 0
  for (let i = 0; i < BATCH; i++) end = writePublish(bytes, end, { topic, payload, ...rest }, 4)
  return bytes.subarray(0, end)
}

describe('the heap of a broker', () => {
  it('takes next to nothing for a message that nobody hears', () => {
    const stage = new Stage()
    const publisher = stage.client('pub', { protocolVersion: 4 })
    const batch = batchOf('bench/device-1/value')
    const bytes = bytesPerStep(MESSAGES / BATCH, () => publisher.sendBytes(batch)) / BATCH
    console.log(`${bytes.toFixed(1)} B a message that nobody hears`)
    expect(bytes).toBeLessThanOrEqual(4)
    const { topics, messagesIn } = stage.core.defaultHost
    expect(topics.get('bench/device-1/value')?.messagesIn).toBe(messagesIn)
    expect(messagesIn).toBeGreaterThan(MESSAGES)
  })
})
