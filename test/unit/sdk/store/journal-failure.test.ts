// A disk that fails, fills up or loses the file: the store says so once, goes on in memory, and
// writes a complete new journal when the disk is well again.

import { describe, expect, it } from 'vitest'
import type { JournalNotice, JournalOptions, MotewireError } from '@motewire/sdk'
import { ManualClock } from '@motewire/sdk/testing'
import { JournalStore } from '../../../../sdk/store/index.ts'
import { plainMessage } from '../../../support/store/model.ts'
import { SimulatedDisk } from '../../../support/store/simulated-disk.ts'

const PATH = 'pump.journal'

class Bench {
  readonly clock = new ManualClock()
  readonly disk = new SimulatedDisk()
  readonly failures: MotewireError[] = []
  readonly notices: JournalNotice[] = []
  readonly store: JournalStore
  commits = 0

  constructor(options: JournalOptions = {}) {
    const onNotice = (notice: JournalNotice): void => void this.notices.push(notice)
    this.store = new JournalStore(PATH, { ...options, onNotice }, this.clock, this.disk)
    this.store.open({
      onCommitted: () => this.commits++,
      onStoreFailed: (error) => this.failures.push(error),
    })
  }

  failAt(...operations: string[]): void {
    this.disk.fault = (operation) =>
      operations.includes(operation) ? new Error(`no ${operation}`) : undefined
  }

  /** The disk is well again, and the next attempt was made. */
  recover(): void {
    this.disk.fault = () => undefined
    this.clock.advance(60_000)
    this.disk.settle()
  }

  serialsOnDisk(): number[] {
    const survivor = this.disk.powerCut(() => 0)
    const store = new JournalStore(PATH, {}, new ManualClock(), survivor)
    const handler = { onCommitted: () => undefined, onStoreFailed: () => undefined }
    return store.open(handler).messages.map(({ serial }) => serial)
  }
}

describe('a journal whose disk fails', () => {
  it.each(['write', 'sync'])('lets a commit go at a failing %s and is durable later', (what) => {
    const bench = new Bench()
    bench.failAt(what, 'create')
    bench.store.addMessage(plainMessage(1))
    const isLetGo = bench.store.commit()
    bench.disk.settle()
    expect(isLetGo || bench.commits === 1).toBe(true)
    expect(bench.failures.map(({ code }) => code)).toEqual(['ERR_STORE_WRITE'])
    bench.store.addMessage(plainMessage(2))
    expect(bench.store.commit()).toBe(true)
    bench.recover()
    expect(bench.notices.map(({ kind }) => kind)).toEqual(['restored'])
    expect(bench.serialsOnDisk()).toEqual([1, 2])
  })

  it('tries again after 1 s, then less and less often, and complains once', () => {
    const bench = new Bench()
    const attempts: number[] = []
    bench.disk.fault = (operation) => {
      if (operation === 'create') attempts.push(bench.clock.now())
      return new Error('EROFS')
    }
    bench.store.addMessage(plainMessage(1))
    bench.store.commit()
    bench.clock.advance(200_000)
    expect(attempts).toEqual([1_000, 3_000, 7_000, 15_000, 31_000, 63_000, 123_000, 183_000])
    expect(bench.failures).toHaveLength(1)
  })

  it('keeps changes that come while the new journal is written', () => {
    const bench = new Bench()
    bench.store.addMessage(plainMessage(1))
    bench.failAt('write')
    bench.store.commit()
    bench.disk.fault = () => undefined
    bench.clock.advance(1_000)
    bench.store.addMessage(plainMessage(2))
    bench.store.removeMessage(1)
    bench.store.commit()
    bench.disk.settle()
    expect(bench.store.commit()).toBe(true)
    expect(bench.serialsOnDisk()).toEqual([2])
  })

  it('keeps the order of sending when a message is released before it is copied', () => {
    const bench = new Bench()
    bench.store.addMessage(plainMessage(1))
    bench.store.addMessage(plainMessage(2))
    bench.failAt('write')
    bench.store.commit()
    bench.disk.fault = () => undefined
    bench.clock.advance(1_000)
    bench.store.markSent(1, 1)
    bench.store.markSent(2, 2)
    bench.store.markReleased(2)
    bench.store.commit()
    bench.disk.settle()
    expect(bench.serialsOnDisk()).toEqual([1, 2])
  })

  it('notices that the file was deleted and writes it anew', () => {
    const bench = new Bench()
    bench.disk.unlink(PATH)
    bench.store.addMessage(plainMessage(1))
    bench.store.commit()
    expect(bench.failures[0]?.message).toContain('the file was deleted')
    bench.recover()
    expect(bench.serialsOnDisk()).toEqual([1])
  })

  it('stays as it is when only compaction fails', () => {
    const bench = new Bench({ compactBytesMin: 100 })
    bench.failAt('create')
    for (let serial = 1; serial <= 20; serial++) {
      bench.store.addMessage(plainMessage(serial))
      bench.store.removeMessage(serial)
    }
    bench.store.addMessage(plainMessage(21))
    bench.store.commit()
    bench.disk.settle()
    expect(bench.failures).toEqual([])
    expect(bench.serialsOnDisk()).toEqual([21])
  })

  it('fails when the name is taken over and the folder cannot be synced', () => {
    const bench = new Bench({ compactBytesMin: 100 })
    bench.failAt('syncFolder')
    for (let serial = 1; serial <= 20; serial++) {
      bench.store.addMessage(plainMessage(serial))
      bench.store.removeMessage(serial)
    }
    bench.store.addMessage(plainMessage(21))
    bench.store.commit()
    bench.disk.settle()
    expect(bench.failures.map(({ code }) => code)).toEqual(['ERR_STORE_WRITE'])
    bench.recover()
    expect(bench.serialsOnDisk()).toEqual([21])
  })

  it('is full above bytesMax, and durable again once enough is delivered', () => {
    const bench = new Bench({ bytesMax: 2_000, compactBytesMin: 100 })
    for (let serial = 1; serial <= 30; serial++) {
      bench.store.addMessage(plainMessage(serial, Buffer.alloc(100)))
      bench.store.commit()
      bench.disk.settle()
    }
    expect(bench.failures.map(({ code }) => code)).toEqual(['ERR_STORE_FULL'])
    for (let serial = 1; serial <= 25; serial++) bench.store.removeMessage(serial)
    bench.recover()
    expect(bench.serialsOnDisk()).toEqual([26, 27, 28, 29, 30])
  })

  it('rejects closing when the last attempt fails as well', async () => {
    const bench = new Bench()
    bench.store.addMessage(plainMessage(1))
    bench.failAt('write', 'create')
    bench.store.commit()
    await expect(bench.store.close()).rejects.toMatchObject({ code: 'ERR_STORE_WRITE' })
  })
})

describe('group commit', () => {
  it('covers with one sync all that came while the last one ran', () => {
    const bench = new Bench()
    const before = bench.disk.syncs
    for (let serial = 1; serial <= 100; serial++) {
      bench.store.addMessage(plainMessage(serial))
      expect(bench.store.commit()).toBe(false)
    }
    bench.disk.settle()
    expect(bench.disk.syncs - before).toBe(2)
    expect(bench.commits).toBe(1)
  })

  it('is not held up by changes that nobody waits for', () => {
    const bench = new Bench()
    bench.store.addMessage(plainMessage(1))
    bench.store.commit()
    bench.store.addMessage(plainMessage(2))
    bench.disk.step()
    expect(bench.commits).toBe(1)
  })

  it('syncs changes without a commit after a second', () => {
    const bench = new Bench()
    bench.store.addMessage(plainMessage(1))
    bench.clock.advance(1_000)
    bench.disk.settle()
    expect(bench.serialsOnDisk()).toEqual([1])
  })

  it('answers at once and syncs as often as asked', () => {
    const bench = new Bench({ fsync: { everyMs: 200 } })
    bench.store.addMessage(plainMessage(1))
    expect(bench.store.commit()).toBe(true)
    expect(bench.serialsOnDisk()).toEqual([])
    bench.clock.advance(200)
    bench.disk.settle()
    expect(bench.serialsOnDisk()).toEqual([1])
  })
})
