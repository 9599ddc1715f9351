// One direction of a bridge by itself: what waits, what is offered, what is dropped.

import { beforeEach, describe, expect, it } from 'vitest'
import { CHUNK_BYTES_MAX, Flow } from '../../../hardware/bridge/flow.ts'

describe('flow', () => {
  let taken: string
  let isTaking: boolean
  let isPaused: boolean
  let flow: Flow

  beforeEach(() => {
    taken = ''
    isTaking = true
    isPaused = false
    const source = { pause: () => (isPaused = true), resume: () => (isPaused = false) }
    const write = (bytes: Uint8Array): boolean => {
      taken += Buffer.from(bytes).toString('latin1')
      return isTaking
    }
    flow = new Flow(source, { write }, 2 * CHUNK_BYTES_MAX, 1)
    flow.handleTarget('ready')
  })

  const send = (text: string): void => flow.handleBytes(Buffer.from(text, 'latin1'))

  it('passes bytes on at once while the target takes them', () => {
    send('one')
    send('two')
    expect(taken).toBe('onetwo')
    expect(flow.snapshot()).toEqual({ bytes: 6, droppedBytes: 0, waitingBytes: 0, pauses: 0 })
  })

  it('pauses the source until the target has taken what it kept', () => {
    isTaking = false
    send('kept')
    expect(isPaused).toBe(true)
    isTaking = true
    flow.handleDrain()
    expect(isPaused).toBe(false)
    expect(flow.snapshot()).toEqual({ bytes: 4, droppedBytes: 0, waitingBytes: 0, pauses: 1 })
  })

  it('drops what waits behind the offered piece when the source ends', () => {
    isTaking = false
    send('kept')
    // The chunk that may still come after a pause.
    send('late')
    flow.handleSourceDown()
    isTaking = true
    flow.handleDrain()
    expect(taken).toBe('kept')
    expect(flow.snapshot()).toEqual({ bytes: 4, droppedBytes: 4, waitingBytes: 0, pauses: 1 })
  })

  it('drops everything that waits when the target goes', () => {
    isTaking = false
    send('kept')
    flow.handleTarget('away')
    send('stray')
    expect(flow.snapshot()).toEqual({ bytes: 0, droppedBytes: 9, waitingBytes: 0, pauses: 1 })
    expect(isPaused).toBe(false)
  })

  it('keeps bytes in order around the end of the ring', () => {
    isTaking = false
    send('a'.repeat(CHUNK_BYTES_MAX))
    send('b'.repeat(CHUNK_BYTES_MAX))
    isTaking = true
    flow.handleDrain()
    isTaking = false
    send('c'.repeat(10))
    send('d'.repeat(CHUNK_BYTES_MAX))
    isTaking = true
    flow.handleDrain()
    expect(
      /^(a+)(b+)(c+)(d+)$/
        .exec(taken)
        ?.slice(1)
        .map((part) => part.length),
    ).toEqual([CHUNK_BYTES_MAX, CHUNK_BYTES_MAX, 10, CHUNK_BYTES_MAX])
  })
})
