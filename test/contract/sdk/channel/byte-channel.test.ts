// The byte-channel contract, one suite for every link: what is sent arrives unchanged and in order,
// a full link says so and keeps its buffer, an end comes once and last. The recorder checks the
// order of calls on the way.

import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Prng } from '@motewire/sdk'
import type { ByteChannel } from '@motewire/sdk'
import { Recorder } from '../../hardware/recorder.ts'
import type { FarEnd } from './far-end.ts'
import { LINKS } from './links.ts'
import type { LinkBench } from './links.ts'

const MIB = 1 << 20
/** More than kernels, proxies and streams hold together on a loopback. */
const FLOOD_BYTES = 48 * MIB
const SEED = 'byte-channel'

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function randomBytes(prng: Prng, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  for (let i = 0; i < length; i++) bytes[i] = prng.below(256)
  return bytes
}

/** Lets everything that is ready happen: some rounds of the event loop, no time. */
async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
}

describe.each(LINKS)('a byte channel over $name', (link) => {
  let bench: LinkBench
  let recorder: Recorder
  let channel: ByteChannel

  beforeEach(async () => {
    bench = await link.bench()
    recorder = new Recorder()
    channel = await bench.channel()
  })

  afterEach(async () => {
    channel.close('abort')
    if (recorder.isOpen) await recorder.untilClosed()
    await bench.close()
  })

  async function open(): Promise<FarEnd> {
    channel.open(recorder)
    const [far] = await Promise.all([bench.far(), recorder.untilOpen()])
    return far
  }

  it('carries random bytes both ways unchanged, in any chunks, from reused buffers', async () => {
    const far = (await open()).read()
    const prng = new Prng(`${SEED} both ways`)
    const up = randomBytes(prng, MIB)
    const down = randomBytes(prng, MIB)
    const sendDown = async (): Promise<void> => {
      for (let at = 0; at < down.length;) {
        const size = prng.below(20_000) + 1
        await far.write(Buffer.from(down.subarray(at, at + size)))
        at += size
      }
    }
    // One buffer for all: what a write has let go of is overwritten at once.
    const scratch = Buffer.alloc(20_000)
    let isUntouched = true
    const sendUp = async (): Promise<void> => {
      for (let at = 0; at < up.length;) {
        const size = Math.min(prng.below(20_000) + 1, up.length - at)
        up.copy(scratch, 0, at, at + size)
        const before = recorder.drains
        const isTaken = channel.write(scratch.subarray(0, size))
        if (!isTaken) await recorder.until(() => recorder.drains > before)
        isUntouched &&= scratch.subarray(0, size).equals(up.subarray(at, at + size))
        scratch.fill(0xee)
        at += size
      }
    }
    await Promise.all([sendUp(), sendDown()])
    await far.until(up.length)
    await recorder.until(() => recorder.receivedBytes >= down.length)
    expect(isUntouched).toBe(true)
    expect(digest(far.received)).toBe(digest(up))
    expect(digest(recorder.received)).toBe(digest(down))
  })

  it('refuses more while the other side reads nothing, drains once when it reads', async () => {
    const far = await open()
    const sent = createHash('sha256')
    const chunk = Buffer.alloc(MIB)
    let sentBytes = 0
    let isBlocked = false
    while (!isBlocked && sentBytes < FLOOD_BYTES) {
      chunk.fill(`${sentBytes} `)
      sent.update(chunk)
      sentBytes += chunk.length
      const before = recorder.drains
      if (channel.write(chunk)) continue
      await settle()
      isBlocked = recorder.drains === before
    }
    expect(isBlocked).toBe(true)
    const before = recorder.drains
    far.read()
    await far.until(sentBytes)
    await recorder.until(() => recorder.drains > before)
    expect(recorder.drains).toBe(before + 1)
    expect(digest(far.received)).toBe(sent.digest('hex'))
  })

  it('delivers nothing while paused, and everything after', async () => {
    const far = await open()
    channel.pause()
    const bytes = randomBytes(new Prng(`${SEED} pause`), 4 * MIB)
    const written = far.write(bytes)
    await settle()
    expect(recorder.receivedBytes).toBeLessThanOrEqual(65_536)
    channel.resume()
    await written
    await recorder.until(() => recorder.receivedBytes === bytes.length)
    expect(digest(recorder.received)).toBe(digest(bytes))
  })

  it('delivers at most one more call when it is paused inside of one', async () => {
    let callsWhilePaused = 0
    let isPaused = false
    const handleBytes = recorder.onBytes.bind(recorder)
    recorder.onBytes = (bytes) => {
      if (isPaused) callsWhilePaused++
      isPaused = true
      channel.pause()
      handleBytes(bytes)
    }
    const far = await open()
    const bytes = randomBytes(new Prng(`${SEED} pause inside`), MIB)
    const written = far.write(bytes)
    while (recorder.receivedBytes < bytes.length) {
      const before = recorder.receivedBytes
      callsWhilePaused = 0
      await recorder.until(() => recorder.receivedBytes > before)
      await settle()
      expect(callsWhilePaused).toBeLessThanOrEqual(1)
      isPaused = false
      channel.resume()
    }
    await written
    expect(digest(recorder.received)).toBe(digest(bytes))
  })

  it('delivers what the other side sent before it ended, then its end', async () => {
    const far = (await open()).read()
    const bytes = randomBytes(new Prng(`${SEED} end`), MIB)
    await far.write(bytes)
    far.end()
    expect(await recorder.untilClosed()).toBeUndefined()
    expect(digest(recorder.received)).toBe(digest(bytes))
  })

  it('tells a break of the other side', async () => {
    const far = (await open()).read()
    await far.write(Buffer.from('hello'))
    await recorder.until(() => recorder.receivedBytes === 5)
    far.cut()
    const cause = await recorder.untilClosed()
    expect(cause?.code).toBe(link.tellsBreaks ? 'ERR_LINK_LOST' : undefined)
  })

  it('flushes what was written before it closes', async () => {
    const far = (await open()).read()
    const bytes = randomBytes(new Prng(`${SEED} flush`), 2 * MIB)
    channel.write(bytes)
    channel.close()
    channel.close()
    expect(channel.write(Buffer.from('late'))).toBe(true)
    await far.untilEnded()
    far.end()
    expect(await recorder.untilClosed()).toBeUndefined()
    expect(digest(far.received)).toBe(digest(bytes))
  })

  it('aborts without waiting for another side that does not read', async () => {
    await open()
    channel.write(Buffer.alloc(FLOOD_BYTES))
    channel.close()
    channel.close('abort')
    expect(await recorder.untilClosed()).toBeUndefined()
    expect(recorder.drains).toBe(0)
    channel.close('abort')
    channel.pause()
    channel.resume()
    expect(channel.write(Buffer.from('late'))).toBe(true)
    await settle()
  })

  it('drops what is written before it is open', async () => {
    expect(channel.write(Buffer.from('early'))).toBe(true)
    const far = (await open()).read()
    channel.write(Buffer.from('then'))
    await far.until(4)
    expect(far.received.toString()).toBe('then')
  })

  it('ends once when it is closed while it opens', async () => {
    channel.open(recorder)
    channel.close()
    channel.close('abort')
    expect(await recorder.untilClosed()).toBeUndefined()
    await settle()
  })

  it('never opens when it was closed before', async () => {
    channel.close()
    channel.open(recorder)
    expect(await recorder.untilClosed()).toBeUndefined()
    expect(recorder.isOpen).toBe(false)
    await settle()
  })
})

describe.each(LINKS.filter(({ canBeRefused = true }) => canBeRefused))(
  '$name to nowhere',
  (link) => {
    it('says that nothing listens there', async () => {
      const bench = await link.bench()
      const recorder = new Recorder()
      const channel = await bench.refused?.()
      channel?.open(recorder)
      const cause = await recorder.untilClosed()
      expect(recorder.isOpen).toBe(false)
      expect(cause?.code).toMatch(/^ERR_LINK_(REFUSED|PROXY)$/)
      expect(cause?.message).toMatch(/refused|does not exist|could not reach/)
      await bench.close()
    })
  },
)
