// A channel behind a link: what arrives, when, and how connections begin and end. The peer is the
// far end of a direct channel; all in virtual time.

import { describe, expect, it } from 'vitest'
import { Prng } from '@motewire/sdk/kit'
import type { ByteChannel, ChannelHandler } from '@motewire/sdk'
import { DirectChannel } from '../../../../simulator/world/direct-channel.ts'
import { ImpairedChannel } from '../../../../simulator/world/impaired-channel.ts'
import type { ImpairedOptions } from '../../../../simulator/world/impaired-channel.ts'
import { LinkModel } from '../../../../simulator/world/link.ts'
import { IDEAL_LINK } from '../../../../simulator/world/profiles.ts'
import type { CompleteLink } from '../../../../simulator/world/profiles.ts'
import { VirtualClock } from '../../../../simulator/world/virtual-clock.ts'

/** Writes down what its channel tells, with the time. */
class Side implements ChannelHandler {
  readonly log: string[] = []
  readonly #clock: VirtualClock

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  onOpen(): void {
    this.#note('open')
  }
  onBytes(bytes: Uint8Array): void {
    this.#note(Buffer.from(bytes).toString())
  }
  onDrain(): void {
    this.#note('drain')
  }
  onClose(cause: Error | undefined): void {
    this.#note(`close ${(cause as { code?: string } | undefined)?.code ?? 'in order'}`)
  }
  #note(what: string): void {
    this.log.push(`${this.#clock.now()} ${what}`)
  }
}

interface Pair {
  readonly clock: VirtualClock
  readonly near: Side
  readonly far: Side
  readonly channel: ImpairedChannel
  /** The peer's end, once it is open. */
  readonly peer: () => ByteChannel
}

function pair(link: Partial<CompleteLink>, options: ImpairedOptions = {}, accepts = true): Pair {
  const clock = new VirtualClock()
  const [near, far] = [new Side(clock), new Side(clock)]
  let peer: ByteChannel | undefined
  const inner = new DirectChannel(clock, 'test', (end) => {
    if (!accepts) return false
    peer = end
    end.open(far)
    return true
  })
  const model = new LinkModel({ ...IDEAL_LINK, ...link })
  const channel = new ImpairedChannel(inner, model.link(new Prng(1), 0), clock, options)
  channel.open(near)
  return { clock, near, far, channel, peer: () => peer! }
}

const text = (what: string): Uint8Array => Buffer.from(what)

describe('an impaired channel', () => {
  it('opens after a round trip and delivers both ways after one way each', () => {
    const { clock, near, far, channel, peer } = pair({ latencyMs: 30 })
    clock.runUntil(100)
    channel.write(text('ping'))
    clock.runUntil(200)
    peer().write(text('pong'))
    clock.runUntil(300)
    expect(far.log).toEqual(['30 open', '130 ping'])
    expect(near.log).toEqual(['60 open', '230 pong'])
  })

  it('never answers from inside a write, even on a link without delay', () => {
    const { clock, near, far, channel, peer } = pair({})
    clock.runUntil(1)
    channel.write(text('now'))
    expect(far.log).toEqual(['0 open'])
    clock.settle()
    peer().write(text('then'))
    expect(near.log).toEqual(['0 open'])
    clock.runUntil(2)
    expect([far.log.at(-1), near.log.at(-1)]).toEqual(['1 now', '1 then'])
  })

  it('keeps the order when a late segment holds up those behind it', () => {
    const { clock, far, channel } = pair({ latencyMs: 5, jitterMs: 500 })
    clock.runUntil(2_000)
    for (let i = 0; i < 50; i++) channel.write(text(`${i};`))
    clock.runUntil(4_000)
    const arrived = far.log.slice(1).map((line) => line.split(' ')[1])
    expect(arrived).toEqual(Array.from({ length: 50 }, (_, i) => `${i};`))
  })

  it('cuts large writes into segments that arrive one after the other', () => {
    const { clock, far, channel } = pair({ uplinkBitsPerS: 8_000 }, { segmentBytes: 10 })
    clock.runUntil(1_000)
    channel.write(text('0123456789abcdefghij'))
    clock.runUntil(2_000)
    // 50 bytes with the header at a byte a millisecond.
    expect(far.log.slice(1)).toEqual(['1050 0123456789', '1100 abcdefghij'])
  })

  it('makes the writer wait when its bound is reached, and go on when there is room', () => {
    const { clock, near, channel } = pair({ latencyMs: 10 }, { bytesMax: 10 })
    clock.runUntil(100)
    expect(channel.write(text('12345'))).toBe(true)
    expect(channel.write(text('678901'))).toBe(false)
    clock.runUntil(200)
    expect(near.log.at(-1)).toBe('110 drain')
  })

  it('holds back what comes while the reader pauses, and tells the peer at its bound', () => {
    const { clock, near, channel, peer } = pair({ latencyMs: 10 }, { bytesMax: 10 })
    clock.runUntil(100)
    channel.pause()
    expect(peer().write(text('0123456789ab'))).toBe(true)
    expect(peer().write(text('refused'))).toBe(false)
    clock.runUntil(200)
    expect(near.log).toEqual(['20 open'])
    channel.resume()
    clock.runUntil(300)
    expect(near.log.slice(1)).toEqual(['200 0123456789ab', '210 refused'])
  })

  it('tells both sides of an end in order, behind the last bytes', () => {
    const { clock, near, far, channel } = pair({ latencyMs: 10 })
    clock.runUntil(100)
    channel.write(text('last'))
    channel.close()
    channel.write(text('too late'))
    clock.runUntil(200)
    expect(far.log.slice(1)).toEqual(['110 last', '110 close in order'])
    expect(near.log.slice(1)).toEqual(['120 close in order'])
  })

  it('tells the device of the peer that closes, behind its last bytes', () => {
    const { clock, near, peer } = pair({ latencyMs: 10 })
    clock.runUntil(100)
    peer().write(text('bye'))
    peer().close()
    clock.runUntil(200)
    expect(near.log.slice(1)).toEqual(['110 bye', '110 close in order'])
  })

  it('drops what is under way when it is aborted, and resets the peer', () => {
    const { clock, near, far, channel } = pair({ latencyMs: 10 })
    clock.runUntil(100)
    channel.write(text('lost'))
    channel.close('abort')
    clock.runUntil(200)
    expect(near.log.at(-1)).toBe('100 close in order')
    expect(far.log.slice(1)).toEqual(['110 close in order'])
  })

  it('says that it is refused when nobody takes it', () => {
    const { clock, near } = pair({ latencyMs: 10 }, {}, false)
    clock.runUntil(100)
    expect(near.log).toEqual(['20 close ERR_LINK_REFUSED'])
  })

  it('is refused by a link that refuses', () => {
    const { clock, near, far } = pair({ refuseShare: 1 })
    clock.runUntil(100)
    expect([near.log, far.log]).toEqual([['0 close ERR_LINK_REFUSED'], []])
  })

  it('takes the time of a slow handshake', () => {
    const { clock, near } = pair({ latencyMs: 10, handshakeMs: 500 })
    clock.runUntil(1_000)
    expect(near.log).toEqual(['520 open'])
  })

  it('breaks for both sides when it is cut', () => {
    const { clock, near, far, channel } = pair({ latencyMs: 10 })
    clock.runUntil(100)
    channel.write(text('lost'))
    channel.cut()
    clock.runUntil(200)
    expect(near.log.at(-1)).toBe('100 close ERR_LINK_LOST')
    expect(far.log.slice(1)).toEqual(['100 close in order'])
  })

  it('breaks at the begin of an outage that cuts', () => {
    const outages = [{ startMs: 70, durationMs: 100, how: 'cut' as const }]
    const { clock, near } = pair({ latencyMs: 10, outages })
    clock.runUntil(200)
    expect(near.log).toEqual(['20 open', '70 close ERR_LINK_LOST'])
  })

  it('delivers after a silent outage what was written in it', () => {
    const outages = [{ startMs: 70, durationMs: 100 }]
    const { clock, far, channel } = pair({ latencyMs: 10, outages })
    clock.runUntil(80)
    channel.write(text('waits'))
    clock.runUntil(500)
    expect(far.log.at(-1)).toBe('180 waits')
  })

  it('is half open once a NAT has forgotten it, until TCP gives up', () => {
    const { clock, near, far, channel, peer } = pair({ natIdleMs: 1_000, giveUpMs: 60_000 })
    clock.runUntil(5_000)
    channel.write(text('into the void'))
    peer().write(text('and back'))
    clock.runUntil(60_000)
    expect([near.log, far.log]).toEqual([['0 open'], ['0 open']])
    clock.runUntil(70_000)
    expect(near.log.at(-1)).toBe('65000 close ERR_LINK_LOST')
    expect(far.log.at(-1)).toBe('65000 close in order')
  })

  it('leaves the peer half open when the device aborts a forgotten connection', () => {
    const { clock, near, far, channel } = pair({ natIdleMs: 1_000, giveUpMs: 60_000 })
    clock.runUntil(5_000)
    channel.write(text('void'))
    channel.close('abort')
    clock.runUntil(64_000)
    expect([near.log.at(-1), far.log]).toEqual(['5000 close in order', ['0 open']])
    clock.runUntil(66_000)
    expect(far.log.at(-1)).toBe('65000 close in order')
  })

  it('opens nothing when it is aborted before the attempt arrives', () => {
    const { clock, near, far, channel } = pair({ latencyMs: 10 })
    clock.runUntil(5)
    channel.close('abort')
    clock.runUntil(100)
    expect([near.log, far.log]).toEqual([['5 close in order'], []])
  })
})
