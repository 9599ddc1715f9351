// Copies of payloads: that they are right and stay right, whatever becomes of the read.

import { describe, expect, test } from 'vitest'
import { beginRead, copyPayload } from '../../../sdk/payload-slab.ts'

const SLAB_BYTES = 32_768

/** A read of `bytes` bytes, each telling its offset. */
function readOf(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, at) => at % 251)
}

describe('copies of received payloads', () => {
  test('a payload is a plain Buffer and its own copy', () => {
    const read = readOf(100)
    beginRead()
    const payload = copyPayload(read, 10, 20)
    const expected = Buffer.from(read.subarray(10, 20))
    read.fill(0)
    expect(Buffer.isBuffer(payload)).toBe(true)
    expect(Object.getPrototypeOf(payload)).toBe(Buffer.prototype)
    expect(payload).toStrictEqual(expected)
  })

  test('payloads that follow one another stand beside each other, and none moves', () => {
    const read = readOf(60_000)
    beginRead()
    const payloads = Array.from({ length: 800 }, (_, i) =>
      copyPayload(read, i * 73 + 9, i * 73 + 73),
    )
    const expected = payloads.map((_, i) => Buffer.from(read.subarray(i * 73 + 9, i * 73 + 73)))
    read.fill(0)
    expect(payloads).toStrictEqual(expected)
    expect(payloads[2]!.byteOffset - payloads[1]!.byteOffset).toBe(73)
  })

  test('one message of a read costs its own bytes, not those behind it', () => {
    const read = readOf(60_000)
    beginRead()
    const first = copyPayload(read, 0, 10)
    beginRead()
    const second = copyPayload(read, 100, 110)
    const apart = second.byteOffset - first.byteOffset
    expect(second.buffer === first.buffer ? apart : 10).toBe(10)
  })

  test('the same memory holds other bytes at the next read', () => {
    const read = readOf(200)
    beginRead()
    copyPayload(read, 0, 10)
    copyPayload(read, 20, 30)
    read.fill(7)
    beginRead()
    expect(copyPayload(read, 40, 50)).toStrictEqual(Buffer.alloc(10, 7))
  })

  test('another buffer within a read, as of a packet that was cut, is copied for itself', () => {
    const cut = readOf(50)
    const read = readOf(300).fill(9)
    beginRead()
    const whole = copyPayload(cut, 5, 15)
    const next = copyPayload(read, 5, 15)
    const last = copyPayload(read, 25, 35)
    expect(whole).toStrictEqual(Buffer.from(readOf(50).subarray(5, 15)))
    expect([next, last]).toStrictEqual([Buffer.alloc(10, 9), Buffer.alloc(10, 9)])
  })

  test('a long payload has memory of its own, and those around it stay whole', () => {
    const read = readOf(60_000)
    beginRead()
    const bounds = [
      [0, 10],
      [20, 30],
      [40, 40 + SLAB_BYTES / 4],
      [20_000, 20_010],
      [30_000, 30_010 + SLAB_BYTES / 4],
      [59_000, 60_000],
    ] as const
    const payloads = bounds.map(([start, end]) => copyPayload(read, start, end))
    expect(payloads).toStrictEqual(
      bounds.map(([start, end]) => Buffer.from(readOf(60_000).subarray(start, end))),
    )
    expect(payloads[2]!.byteLength).toBe(SLAB_BYTES / 4)
    expect(payloads[2]!.buffer).not.toBe(payloads[1]!.buffer)
  })
})
