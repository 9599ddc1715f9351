// Sparkplug B payloads against the codec of the Eclipse Tahu project: what we write it reads, what
// it writes we read.

import { describe, expect, it } from 'vitest'
import sparkplugPayload from 'sparkplug-payload'
import { decodeSparkplug, encodeSparkplug } from '../../../../simulator/sparkplug/index.ts'
import type { SparkplugPayload } from '../../../../simulator/sparkplug/index.ts'

const tahu = sparkplugPayload.get('spBv1.0')!

const TS = 1_767_225_600_123

/** 64 bits as the peer has them. */
function isLong(value: unknown): value is { readonly high: number; readonly low: number } {
  return typeof value === 'object' && value !== null && 'low' in value && 'high' in value
}

/** Long values of the peer as numbers, its surroundings of a metric left out. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, one: unknown) =>
      isLong(one) ? one.high * 2 ** 32 + (one.low >>> 0) : one,
    ),
  )
}

describe('a Sparkplug payload', () => {
  const birth: SparkplugPayload = {
    timestamp: TS,
    seq: 255,
    metrics: [
      { name: 'bdSeq', timestamp: TS, datatype: 4, value: 200 },
      { name: 'Node Control/Rebirth', timestamp: TS, datatype: 11, value: false },
      { name: 'level', alias: 3, timestamp: TS, datatype: 10, value: -12.75 },
      { name: 'pulses', alias: 300, timestamp: TS, datatype: 4, value: 2 ** 40 },
      { name: 'below', alias: 4, timestamp: TS, datatype: 4, value: -7 },
      { name: 'wide', timestamp: TS, datatype: 7, value: 4_000_000_000 },
      { name: 'short', timestamp: TS, datatype: 3, value: -5 },
      { name: 'half', timestamp: TS, datatype: 9, value: 0.5 },
      { name: 'zustand', alias: 5, timestamp: TS, datatype: 12, value: 'läuft ▶' },
      { name: 'gone', alias: 6, timestamp: TS, datatype: 10, value: null },
    ],
  }

  it('is read by Tahu as it was meant', () => {
    const told = plain(tahu.decodePayload(encodeSparkplug(birth))) as SparkplugPayload
    expect(told.timestamp).toBe(TS)
    expect(told.seq).toBe(255)
    const types: Readonly<Record<number, string>> = {
      3: 'Int32',
      4: 'Int64',
      7: 'UInt32',
      9: 'Float',
      10: 'Double',
      11: 'Boolean',
      12: 'String',
    }
    const expected = birth.metrics.map(({ datatype = 0, ...rest }) => ({
      ...rest,
      type: types[datatype],
    }))
    expect(told.metrics).toEqual(expected.map((metric) => expect.objectContaining(metric)))
  })

  it('is read by us as Tahu meant it', () => {
    const bytes = tahu.encodePayload({
      timestamp: TS,
      seq: 7,
      metrics: [
        { name: 'Node Control/Rebirth', type: 'Boolean', value: true },
        { name: 'f', type: 'Float', value: 0.5, alias: 9 },
        { name: 'i', type: 'UInt32', value: 4_000_000_000 },
        { name: 'below', type: 'Int32', value: -5 },
        { name: 's', type: 'String', value: 'x' },
        { name: 'set', type: 'Int8', value: 3, properties: { q: { type: 'Int32', value: 1 } } },
      ],
    })
    const told = decodeSparkplug(bytes)
    expect(told?.timestamp).toBe(TS)
    expect(told?.seq).toBe(7)
    expect(told?.metrics.map(({ name, value }) => [name, value])).toEqual([
      ['Node Control/Rebirth', true],
      ['f', 0.5],
      ['i', 4_000_000_000],
      ['below', -5],
      ['s', 'x'],
      ['set', 3],
    ])
  })

  it('comes back as it went, negative numbers too', () => {
    expect(decodeSparkplug(encodeSparkplug(birth))).toEqual(birth)
  })

  it('is none when its bytes end too early or make no sense', () => {
    const bytes = encodeSparkplug(birth)
    expect(decodeSparkplug(bytes.subarray(0, bytes.length - 1))).toBeUndefined()
    expect(decodeSparkplug(Uint8Array.of(0x17))).toBeUndefined()
    expect(decodeSparkplug(new Uint8Array(12).fill(0xff))).toBeUndefined()
  })
})
