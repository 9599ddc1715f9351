// The serial port as a byte channel, on real terminals: what the contract promises, and how the end
// of a device is seen.

import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SerialSettings } from '../../../hardware/port/settings.ts'
import { SerialChannel } from '../../../hardware/port/serial-channel.ts'
import { requireComponent } from '../../support/component.ts'
import { PtyPair } from './pty-pair.ts'
import type { FarEnd } from './pty-pair.ts'
import { Recorder } from './recorder.ts'

const HANGUP_MS_MAX = 50
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe.runIf(requireComponent('socat'))('a serial port as a byte channel', () => {
  let pair: PtyPair
  let far: FarEnd
  let channel: SerialChannel
  let recorder: Recorder

  beforeEach(async () => {
    pair = await PtyPair.create()
    far = pair.openFar()
    recorder = new Recorder()
    channel = new SerialChannel(pair.near, { baud: 115_200 })
    channel.open(recorder)
    await recorder.untilOpen()
  })

  afterEach(async () => {
    channel.close('abort')
    await recorder.untilClosed()
    await far.close()
    await pair.remove()
  })

  it('carries random bytes both ways unchanged', async () => {
    const down = randomBytes(1 << 20)
    const up = randomBytes(1 << 20)
    await Promise.all([
      recorder.writeAll(channel, down),
      far.write(up),
      far.until(down.length),
      recorder.until(() => recorder.receivedBytes === up.length),
    ])
    expect(digest(far.received)).toBe(digest(down))
    expect(digest(recorder.received)).toBe(digest(up))
  })

  it('refuses a write while the far end reads nothing, drains when it reads again', async () => {
    far.pause()
    const chunk = randomBytes(8_192)
    let writes = 1
    let drains = 0
    for (;;) {
      while (channel.write(chunk) && writes < 1_000) writes++
      expect(writes).toBeLessThan(1_000)
      // The far end may have been in the middle of a read, which made room after all.
      if (channel.pendingBytes !== 0) break
      drains++
      await recorder.until(() => recorder.drains === drains)
      writes++
    }
    expect(recorder.drains).toBe(drains)
    expect(channel.pendingBytes).toBeGreaterThan(0)
    expect(channel.pendingBytes).toBeLessThanOrEqual(chunk.length)
    far.resume()
    await recorder.until(() => recorder.drains === drains + 1)
    expect(channel.pendingBytes).toBe(0)
    await far.until(writes * chunk.length)
    const sent = Buffer.concat(Array.from({ length: writes }, () => chunk))
    expect(digest(far.received)).toBe(digest(sent))
  })

  it('holds the far end back while paused, and delivers the rest when resumed', async () => {
    channel.pause()
    const bytes = randomBytes(1 << 20)
    const written = far.write(bytes)
    const early = recorder.receivedBytes
    expect(early).toBeLessThanOrEqual(65_536)
    channel.resume()
    await written
    await recorder.until(() => recorder.receivedBytes === bytes.length)
    expect(digest(recorder.received)).toBe(digest(bytes))
  })

  it('flushes what was written before it closes', async () => {
    const bytes = randomBytes(100_000)
    expect(channel.write(bytes)).toBe(false)
    channel.close()
    await Promise.all([recorder.untilClosed(), far.until(bytes.length)])
    expect(recorder.cause).toBeUndefined()
    expect(digest(far.received)).toBe(digest(bytes))
  })

  it('aborts without waiting for a far end that does not read', async () => {
    far.pause()
    expect(channel.write(randomBytes(1 << 20))).toBe(false)
    channel.close()
    channel.close('abort')
    expect(await recorder.untilClosed()).toBeUndefined()
  })

  it('clears the flag that would drop DTR and reset the board at close', async () => {
    expect(stty(pair.near)).toMatch(/ -hupcl /)
    channel.close()
    await recorder.untilClosed()
    execFileSync('stty', ['-F', pair.near, 'hupcl'])
    await reopen()
    expect(stty(pair.near)).toMatch(/ -hupcl /)
  })

  it.each([
    [{ baud: 9_600 }, /speed 9600 baud/],
    // Older C libraries cannot name a speed that is in no table and say 0.
    [{ baud: 250_000 }, /speed (250000|0) baud/],
    // A pseudo-terminal is always 8N: the rest of the frame is tested with a binding that records.
    [{ stopBits: 2, rtscts: true } as const, / cstopb .* crtscts/s],
    // It has no modem lines either, which must not be a failure.
    [{ lines: 'assert' } as const, /speed 115200 baud/],
  ])('sets the line to %o', async (settings, expected) => {
    channel.close()
    await recorder.untilClosed()
    await reopen(settings)
    expect(stty(pair.near)).toMatch(expected)
  })

  it.each(['idle', 'streaming', 'paused', 'blocked'] as const)(
    'sees a hang-up while %s within 50 ms',
    async (mode) => {
      if (mode === 'paused') channel.pause()
      if (mode === 'streaming') await recorder.until(streamFrom(far, 100_000))
      if (mode === 'paused') far.write(randomBytes(200_000)).catch(() => {})
      if (mode === 'blocked') {
        far.pause()
        channel.write(randomBytes(1 << 20))
      }
      const pulled = performance.now()
      await pair.unplug()
      const cause = await recorder.untilClosed()
      expect(cause).toMatchObject({ code: 'ERR_PORT_LOST', retryable: true })
      expect(cause?.message).toMatch(new RegExp(`^serial ${pair.near} (hung up|was lost)`))
      expect(recorder.closedAtMs - pulled).toBeLessThan(HANGUP_MS_MAX)
    },
  )

  it('leaves no descriptor behind', async () => {
    channel.close()
    await recorder.untilClosed()
    const before = readdirSync('/proc/self/fd').length
    for (let round = 0; round < 5; round++) {
      await reopen()
      channel.close()
      await recorder.untilClosed()
    }
    expect(readdirSync('/proc/self/fd')).toHaveLength(before)
  })

  async function reopen(settings: SerialSettings = {}): Promise<void> {
    channel = new SerialChannel(pair.near, settings)
    recorder = new Recorder()
    channel.open(recorder)
    await recorder.untilOpen()
  }

  /** Keeps the far end sending; true once `length` bytes have come. */
  function streamFrom(end: FarEnd, length: number): () => boolean {
    const chunk = randomBytes(4_096)
    const send = (): Promise<void> => end.write(chunk).then(send, () => {})
    void send()
    return () => recorder.receivedBytes >= length
  }
})

function stty(path: string): string {
  return execFileSync('stty', ['-a', '-F', path], { encoding: 'utf8' })
}
