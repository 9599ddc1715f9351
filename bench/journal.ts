// The journal store by itself: messages a second in each fsync mode, bytes and heap a message, and
// how long compaction and opening hold up the event loop. Bounded: about fifteen seconds.
// tsx --expose-gc --conditions=dev bench/journal.ts [FOLDER]; what syncs cost depends on the disk.

import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { journal } from '@motewire/sdk'
import type { JournalOptions, JournalStore, StoredMessage } from '@motewire/sdk'

const ROUND_MS = 1_500
const PAYLOAD = Buffer.alloc(64, 0x61)
const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'motewire-bench-'))
let wake: () => void = () => undefined
let serial = 0

const HANDLER = {
  onCommitted: (): void => wake(),
  onStoreFailed: (error: Error): void => {
    throw error
  },
}

function messageOf(payload: Uint8Array): StoredMessage {
  return {
    serial: ++serial,
    topic: 'bench/device-0001/value',
    payload,
    qos: 1,
    retain: false,
    properties: undefined,
    priority: 1,
    queuedAtWallMs: Date.now(),
    expiresAtWallMs: Infinity,
    packetId: 0,
    isReleased: false,
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

async function committed(store: JournalStore): Promise<void> {
  const done = new Promise<void>((resolve) => (wake = resolve))
  if (!store.commit()) await done
}

/** Messages a second that are queued, sent, committed and delivered, so many at a time. */
async function rate(fsync: NonNullable<JournalOptions['fsync']>, batch: number): Promise<number> {
  const path = join(folder, 'rate.journal')
  const store = journal(path, { fsync })
  store.open(HANDLER)
  const start = performance.now()
  let messages = 0
  while (performance.now() - start < ROUND_MS) {
    const first = serial + 1
    for (let i = 0; i < batch; i++) store.addMessage(messageOf(PAYLOAD))
    for (let i = 0; i < batch; i++) store.markSent(first + i, 1 + i)
    await committed(store)
    for (let i = 0; i < batch; i++) store.removeMessage(first + i)
    messages += batch
    await nextTurn()
  }
  const perSecond = (messages * 1_000) / (performance.now() - start)
  await store.close()
  rmSync(path)
  return perSecond
}

/** Milliseconds of the longest turn until the file has shrunk. */
async function longestTurn(path: string, bytes: number): Promise<{ max: number; total: number }> {
  const start = performance.now()
  let max = 0
  let last = start
  while (statSync(path).size >= bytes && last - start < 10_000) {
    await nextTurn()
    const now = performance.now()
    max = Math.max(max, now - last)
    last = now
  }
  return { max, total: last - start }
}

async function measureSize(): Promise<void> {
  const path = join(folder, 'size.journal')
  const store = journal(path, { fsync: 'never' })
  store.open(HANDLER)
  const messages = Array.from({ length: 10_000 }, () => messageOf(PAYLOAD))
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  for (const message of messages) store.addMessage(message)
  store.commit()
  globalThis.gc?.()
  const heap = process.memoryUsage().heapUsed - before
  const { size } = statSync(path)
  console.log(`a message of 64 B, topic of 23 B: ${(size / 10_000).toFixed(1)} B in the file`)
  if (globalThis.gc) console.log(`  ${Math.round(heap / 10_000)} B of heap in the store`)
  for (const { serial: one } of messages) store.markSent(one, 1)
  store.commit()
  const sentBytes = statSync(path).size - size
  console.log(`  ${(sentBytes / 10_000).toFixed(1)} B more when it is sent`)
  await store.close()
  rmSync(path)
}

async function measureCompaction(): Promise<void> {
  const path = join(folder, 'compact.journal')
  const store = journal(path)
  store.open(HANDLER)
  const payload = Buffer.alloc(1_024, 0x61)
  const kept = Array.from({ length: 20_000 }, () => messageOf(payload))
  for (const message of kept.slice(0, 10_000)) store.addMessage(message)
  await committed(store)
  for (const message of kept.slice(10_000)) {
    store.addMessage(message)
    store.removeMessage(message.serial)
  }
  await committed(store)
  store.removeMessage(kept[0]!.serial)
  const { size } = statSync(path)
  const { max, total } = await longestTurn(path, size)
  console.log(`compaction to 10,000 messages of 1 KiB: ${total.toFixed(0)} ms in slices,`)
  console.log(`  longest turn ${max.toFixed(1)} ms`)
  await store.close()
  const again = journal(path)
  const cpu = process.cpuUsage()
  const start = performance.now()
  const { messages } = again.open(HANDLER)
  const openMs = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  console.log(`opening it with ${messages.length} messages: ${openMs.toFixed(0)} ms, in one turn,`)
  console.log(`  ${((user + system) / 1_000).toFixed(0)} ms of CPU`)
  await again.close()
}

const MODES = {
  'before-send': 'before-send',
  'every 100 ms': { everyMs: 100 },
  never: 'never',
} as const
try {
  for (const [name, fsync] of Object.entries(MODES)) {
    for (const batch of [1, 100, 1_000]) {
      const perSecond = Math.round(await rate(fsync, batch))
      const text = perSecond.toLocaleString('en').padStart(9)
      console.log(
        `fsync ${name.padEnd(13)} ${String(batch).padStart(5)} at a time ${text} messages/s`,
      )
    }
  }
  await measureSize()
  await measureCompaction()
} finally {
  rmSync(folder, { recursive: true })
}
