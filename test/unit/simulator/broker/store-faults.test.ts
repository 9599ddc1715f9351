// A log that was cut or damaged anywhere, and a disk that takes no more: what comes back is what
// was confirmed, or the broker says what is wrong; it never goes on as if nothing had happened.

import type * as FileSystem from 'node:fs'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ByteChannel, ChannelHandler } from '@motewire/sdk'
import { Broker } from '@motewire/simulator/broker'
import { BrokerStore } from '../../../../simulator/broker/store/broker-store.ts'
import { LogFile } from '../../../../simulator/broker/store/log-file.ts'
import { Replay } from '../../../../simulator/broker/store/replay.ts'
import { VirtualClock } from '../../../../simulator/world/index.ts'
import { DURABLE, Stage } from '../../../support/broker-stage.ts'

/** Bytes that the disk still takes. */
const disk = vi.hoisted(() => ({ room: Infinity }))

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof FileSystem>()
  const writeSync = (file: number, bytes: Uint8Array, at: number): number => {
    if (disk.room === 0) {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    }
    const written = fs.writeSync(file, bytes, at, Math.min(bytes.length - at, disk.room))
    disk.room -= written
    return written
  }
  // Each restart would wait for the disk several times.
  return { ...fs, writeSync, fsyncSync: () => undefined }
})

let folder: string
let path: string
let store: BrokerStore | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'motewire-faults-'))
  path = join(folder, 'broker.log')
})

afterEach(() => {
  disk.room = Infinity
  store?.close()
  store = undefined
  rmSync(folder, { recursive: true, force: true })
})

/** The broker before is gone as if it had been killed: nothing more of it is written. */
function start(): Stage {
  rmSync(join(folder, 'broker.lock'), { force: true })
  store = new BrokerStore({ folder }, 0)
  return new Stage({}, store)
}

/** Some of everything that is kept, a commit a step; answers the log. */
function fill(): Buffer {
  const stage = start()
  const sub = stage.client('sub', DURABLE)
  const pub = stage.client('pub', DURABLE)
  const steps = [
    () => sub.subscribe('t', 2, {}, { subscriptionIdentifier: 3 }),
    () => pub.publish('kept', 'r', { retain: true, properties: { contentType: 'x' } }),
    () => pub.publish('t', 'a', { qos: 1, packetId: 1 }),
    () => pub.publish('t', 'b', { qos: 2, packetId: 2 }),
    () => sub.ack(4, sub.take('publish').packetId!),
    () => sub.ack(5, sub.take('publish').packetId!),
    () => pub.publish('$queue/q', 'q', { qos: 1, packetId: 3 }),
    () => sub.send({ type: 'unsubscribe', packetId: 4, filters: ['t'] }),
    () => pub.ack(6, 2),
  ]
  for (const step of steps) {
    step()
    store!.commit()
  }
  return readFileSync(path)
}

/** What a broker knows that reads this log, in one line. */
function stateOf(bytes: Uint8Array): string {
  writeFileSync(path, bytes)
  const { core } = new Stage({ topicsMax: 10 })
  const replay = new Replay(core, 0, 0)
  const log = new LogFile(path, false)
  log.readAll((frame) => replay.apply(frame))
  log.close()
  replay.finish(() => undefined)
  const { sessions, retained, queues } = core.defaultHost
  const known = [...sessions.values()].map(({ clientId, subscriptions, delivery, receipts }) => {
    return [clientId, subscriptions.size, delivery.queued, receipts.size].join(' ')
  })
  return [...known, retained.size, queues.get('$queue/q')?.depth].join(' | ')
}

/** Where each frame of a log ends. */
function endsOf(log: Buffer): number[] {
  const ends = [0]
  for (let at = 0; at < log.length; ends.push(at)) at += 8 + log.readUInt32BE(at)
  return ends
}

describe('a log that was cut', () => {
  it('comes back with the whole frames before, wherever it was', () => {
    const log = fill()
    const ends = endsOf(log)
    const states = new Map(ends.map((end) => [end, stateOf(log.subarray(0, end))]))
    expect(new Set(states.values()).size).toBeGreaterThan(6)
    const wrong: number[] = []
    for (let length = 0; length <= log.length; length++) {
      const end = ends.findLast((one) => one <= length)!
      // Every byte of heads and short frames; of long ones, every fifth (log files: every byte).
      if (length - end > 32 && length % 5 > 0) continue
      if (stateOf(log.subarray(0, length)) !== states.get(end)) wrong.push(length)
    }
    expect(wrong).toEqual([])
  })
})

describe('a log in which a byte was changed', () => {
  it('comes back with the frames before it', () => {
    const log = fill()
    const ends = endsOf(log)
    for (let at = 0; at < log.length; at += 7) {
      const damaged = Buffer.from(log)
      damaged[at]! ^= 0x55
      const end = ends.findLast((one) => one <= at)!
      expect([at, stateOf(damaged)]).toEqual([at, stateOf(log.subarray(0, end))])
    }
  })
})

describe('a disk that is full', () => {
  it('stops the broker at the write, and all that was confirmed before comes back', () => {
    const before = start()
    const pub = before.client('pub')
    let confirmed = 0
    disk.room = 5_000
    const fillUp = (): void => {
      for (let i = 0; i < 1_000; i++) {
        pub.publish(`t/${i}`, 'x'.repeat(50), { qos: 1, retain: true })
        store!.commit()
        // Only now would PUBACK leave.
        confirmed++
      }
    }
    expect(fillUp).toThrow(/^broker store cannot write its log: ENOSPC/)
    expect(confirmed).toBeGreaterThan(20)
    // Half a frame is on the disk.
    disk.room = Infinity
    const { retained } = start().core.defaultHost
    expect(retained.size).toBe(confirmed)
  })

  it('does not lose the log when it is full while the log is written anew', () => {
    const before = start()
    before.client('pub').publish('kept', 'x'.repeat(1_000), { retain: true })
    store!.commit()
    disk.room = 100
    expect(() => store!.compact()).toThrow(/^broker store cannot rewrite its log: ENOSPC/)
    expect(() => start()).toThrow(/^broker store cannot rewrite its log: ENOSPC/)
    disk.room = Infinity
    expect(start().core.defaultHost.retained.size).toBe(1)
  })

  it('ends every connection before anything more is confirmed', async () => {
    const clock = new VirtualClock()
    const broker = new Broker({ clock, folder, wallNow: () => 0, systemIntervalMs: 0 })
    const written: string[] = []
    const ends: (string | undefined)[] = []
    let handler: ChannelHandler | undefined
    const channel: ByteChannel = {
      name: 'pub',
      open: (owner) => (handler = owner).onOpen(),
      write: (bytes) => written.push(Buffer.from(bytes).toString('hex')) > 0,
      close: (how) => void ends.push(how),
      pause: () => undefined,
      resume: () => undefined,
    }
    broker.accept(channel, 'pub')
    handler!.onBytes(Buffer.from('100d00044d51545404020000000163', 'hex'))
    clock.advance(1)
    expect(written).toEqual(['20020000'])
    disk.room = 10
    handler!.onBytes(Buffer.from('3306000174000161', 'hex'))
    clock.advance(1)
    await expect(broker.failed).rejects.toThrow(/^broker store cannot write its log: ENOSPC/)
    expect([written.length, ends]).toEqual([1, ['abort']])
    handler!.onClose(undefined)
    await broker.stop()
  })
})
