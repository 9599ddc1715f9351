// The test of a joined wire, in virtual time, on wires that do what wires do.

import { LinkError, Task } from '@motewire/sdk'
import type { ByteChannel } from '@motewire/sdk'
import { ManualClock, memoryPipe } from '@motewire/sdk/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { loopbackVerdict, testLoopback } from '../../../hardware/index.ts'
import type { LoopbackResult } from '../../../hardware/index.ts'

/** What the wire does with the bytes that it carries; undefined: it loses them. */
type Fate = (bytes: Uint8Array, count: number) => Uint8Array | undefined

let clock: ManualClock

beforeEach(() => {
  clock = new ManualClock()
})

async function run(fate: Fate, baud = 115_200): Promise<LoopbackResult> {
  const wire = new Loop(clock, fate)
  const done = testLoopback(wire.near, { baud, bitsPerByte: 10, durationMs: 200, clock })
  // A millisecond at a time: the wire answers within it.
  for (let ms = 0; ms < 1_500; ms++) clock.advance(1)
  return done
}

/** A pipe whose far end sends back what comes, a millisecond later. */
class Loop {
  readonly near: ByteChannel

  constructor(manual: ManualClock, fate: Fate) {
    const [near, far] = memoryPipe(manual, { name: 'serial /dev/ttyX' })
    this.near = near
    const onItsWay: Uint8Array[] = []
    const task = new Task(() => {
      for (const bytes of onItsWay.splice(0)) far.write(bytes)
    })
    let count = 0
    far.open({
      onOpen: () => {},
      onBytes: (bytes) => {
        const answer = fate(Uint8Array.from(bytes), count++)
        if (answer?.length === 0) far.cut(new LinkError('ERR_LINK_LOST', 'the wire broke'))
        else if (answer !== undefined) onItsWay.push(answer)
        manual.schedule(manual.now() + 1, task)
      },
      onDrain: () => {},
      onClose: () => {},
    })
  }
}

describe('a loopback test', () => {
  it('is passed by a wire', async () => {
    const result = await run((bytes) => bytes)
    expect(result.sentBlocks).toBeGreaterThan(50)
    expect(result).toMatchObject({
      error: undefined,
      goodBlocks: result.sentBlocks,
      damagedBlocks: 0,
      roundTripMs: 1,
      lineBytesPerSecond: 11_520,
    })
    expect(loopbackVerdict(result)).toEqual({
      isGood: true,
      text: `all of ${result.sentBlocks} blocks came back whole`,
    })
  })

  it('says that nothing came back', async () => {
    const result = await run(() => undefined)
    expect(result).toMatchObject({ receivedBytes: 0, goodBlocks: 0, roundTripMs: undefined })
    expect(loopbackVerdict(result).text).toMatch(/^nothing came back; join TX and RX/)
  })

  it('counts damage, and is in step again at the next block', async () => {
    const result = await run((bytes, count) => {
      if (count % 10 === 5) bytes[3]! ^= 0x04
      return bytes
    })
    expect(result.damagedBlocks).toBeGreaterThan(5)
    expect(result.goodBlocks).toBe(result.sentBlocks - result.damagedBlocks)
    expect(loopbackVerdict(result)).toEqual({
      isGood: false,
      text: expect.stringMatching(/^\d+ of \d+ blocks did not come back whole; look at the wire/),
    })
  })

  it('goes on after losses, and says that bytes get lost', async () => {
    const result = await run((bytes, count) => (count % 7 === 3 ? undefined : bytes))
    expect(result.goodBlocks).toBeGreaterThan(result.sentBlocks / 2)
    expect(result.goodBlocks).toBeLessThan(result.sentBlocks)
    expect(loopbackVerdict(result).text).toContain('bytes get lost')
  })

  it('knows a device from a wire', async () => {
    const result = await run(() => Buffer.from('Unknown command\r\n'))
    expect(loopbackVerdict(result).text).toMatch(
      /^\d+ bytes came, none of them ours; a device answers where a wire should be$/,
    )
  })

  it('ends with the port', async () => {
    const result = await run((bytes, count) => (count === 3 ? new Uint8Array() : bytes))
    expect(result.error?.message).toBe('the wire broke')
    expect(loopbackVerdict(result)).toEqual({ isGood: false, text: 'the wire broke' })
  })
})
