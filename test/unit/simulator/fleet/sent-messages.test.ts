// The records and the memory of messages under way serve again once those have ended.

import { expect, it } from 'vitest'
import { SentMessages } from '../../../../simulator/fleet/sent-messages.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

it('keeps a copy of what a device writes over', () => {
  const written = bytesOf('first')
  const sent = new SentMessages().take(written, 1_000)
  written.fill(0)
  expect(Buffer.from(sent.payload).toString()).toBe('first')
  expect(sent.dueMs).toBe(1_000)
})

it('gives memory of the same length again, and only what has ended', () => {
  const messages = new SentMessages()
  const [one, other] = [messages.take(bytesOf('first'), 1), messages.take(bytesOf('other'), 2)]
  messages.giveBack(one)
  expect(messages.take(bytesOf('longer'), 3)).not.toBe(one)
  const again = messages.take(bytesOf('again'), 4)
  expect(again).toBe(one)
  expect(Buffer.from(again.payload).toString()).toBe('again')
  expect(again.dueMs).toBe(4)
  expect(Buffer.from(other.payload).toString()).toBe('other')
  expect(messages.take(bytesOf('fifth'), 5)).not.toBe(one)
})

it('leaves a crowd that has ended to the collector', () => {
  const messages = new SentMessages()
  const crowd = Array.from({ length: 1_000 }, (_, at) => messages.take(bytesOf('first'), at))
  for (const sent of crowd) messages.giveBack(sent)
  const again = crowd.map(() => messages.take(bytesOf('other'), 0))
  const known = again.filter((sent) => crowd.includes(sent)).length
  expect(known).toBe(256)
})

it('passes text on as it is', () => {
  const messages = new SentMessages()
  const sent = messages.take('text', 7)
  messages.giveBack(sent)
  expect(messages.take('text', 8)).toEqual({ payload: 'text', dueMs: 8 })
  expect(sent.dueMs).toBe(7)
})
