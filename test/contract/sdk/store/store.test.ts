// What every store does for a session, run against the journal on a real disk and the store of
// tests. Each test opens a second time, as the next process would.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { journal } from '@motewire/sdk'
import type { Store, StoredSession } from '@motewire/sdk'
import { MemoryStore } from '@motewire/sdk/testing'
import {
  changeOf,
  comparable,
  drawArbitrary,
  plainMessage,
  StoreModel,
} from '../../../support/store/model.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

/** Makes stores of the same content, one after the other. */
type Lifetimes = () => Store

function memory(isDeferred: boolean): Lifetimes {
  const store = new MemoryStore({ isDeferred })
  return () => store
}

function file(fsync: 'before-send' | 'never' | { everyMs: number }): Lifetimes {
  const folder = mkdtempSync(join(tmpdir(), 'motewire-'))
  folders.push(folder)
  return () => journal(join(folder, 'store.journal'), { fsync })
}

function openQuietly(store: Store, onCommitted = (): void => undefined): StoredSession {
  const onStoreFailed = (error: Error): void => {
    throw error
  }
  return store.open({ onCommitted, onStoreFailed })
}

describe.each([
  ['MemoryStore', () => memory(false)],
  ['MemoryStore, deferred', () => memory(true)],
  ['journal synced before sending', () => file('before-send')],
  ['journal synced every 10 ms', () => file({ everyMs: 10 })],
  ['journal never synced', () => file('never')],
] as const)('%s', (_, begin) => {
  it('is empty at first', async () => {
    const store = begin()()
    const expected = { lastSerial: 0, messages: [], receipts: [], identity: undefined }
    expect(openQuietly(store)).toEqual(expected)
    await store.close()
  })

  it('gives back sent messages in the order of sending, then queued ones by serial', async () => {
    const next = begin()
    const store = next()
    openQuietly(store)
    for (const serial of [1, 2, 3, 4]) store.addMessage(plainMessage(serial))
    store.markSent(3, 30)
    store.markSent(1, 10)
    store.markSent(2, 20)
    store.markQueued(1)
    await store.close()
    const { messages } = openQuietly(next())
    expect(messages.map(({ serial, packetId }) => [serial, packetId])).toEqual([
      [3, 30],
      [2, 20],
      [1, 0],
      [4, 0],
    ])
  })

  it('keeps of a released message who it is, and not its payload', async () => {
    const next = begin()
    const store = next()
    openQuietly(store)
    store.addMessage({ ...plainMessage(1, 'secret'), properties: { contentType: 'text' } })
    store.markSent(1, 9)
    store.markReleased(1)
    await store.close()
    expect(openQuietly(next()).messages).toMatchObject([
      { serial: 1, packetId: 9, isReleased: true, properties: undefined, payload: { length: 0 } },
    ])
  })

  it('never forgets the last serial, though its message is gone', async () => {
    const next = begin()
    const store = next()
    openQuietly(store)
    store.addMessage(plainMessage(41))
    store.removeMessage(41)
    await store.close()
    expect(openQuietly(next())).toMatchObject({ lastSerial: 41, messages: [] })
  })

  it('answers a commit with true, or calls when it is done', async () => {
    const store = begin()()
    let wake = (): void => undefined
    const committed = new Promise<void>((resolve) => (wake = resolve))
    openQuietly(store, () => wake())
    store.addMessage(plainMessage(1))
    if (!store.commit()) {
      if (store instanceof MemoryStore) store.settle()
      await committed
    }
    expect(store.commit()).toBe(true)
    await store.close()
  })

  it('gives back after any changes what the model says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(drawArbitrary, { maxLength: 60 }), async (draws) => {
        const next = begin()
        const store = next()
        const model = new StoreModel()
        openQuietly(store)
        for (const draw of draws) {
          const change = changeOf(draw, model)
          change(model)
          change(store)
        }
        await store.close()
        const again = next()
        expect(comparable(openQuietly(again))).toEqual(model.session())
        await again.close()
      }),
      { numRuns: 20 },
    )
  })

  it('stops at a change of a message it does not know', () => {
    const store = begin()()
    openQuietly(store)
    expect(() => store.markSent(7, 1)).toThrow('does not know')
  })
})

describe('MemoryStore', () => {
  it('loses in a crash what no commit covered', () => {
    const store = new MemoryStore()
    openQuietly(store)
    store.addMessage(plainMessage(1))
    store.commit()
    store.addMessage(plainMessage(2))
    store.crash()
    expect(openQuietly(store).messages.map(({ serial }) => serial)).toEqual([1])
  })

  it('loses in a crash what a deferred commit still waited for', () => {
    const store = new MemoryStore({ isDeferred: true })
    openQuietly(store)
    store.addMessage(plainMessage(1))
    expect(store.commit()).toBe(false)
    store.crash()
    expect(openQuietly(store).messages).toEqual([])
  })
})
