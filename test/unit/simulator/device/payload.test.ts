// Messages as JSON.

import { describe, expect, it } from 'vitest'
import { AssertionError } from '@motewire/sdk/kit'
import { readStamp } from '../../../../simulator/device/index.ts'
import { JsonPayload } from '../../../../simulator/device/payload.ts'
import { PayloadBuffer } from '../../../../simulator/device/payload-buffer.ts'
import type {
  FieldSpec,
  JsonPayloadSpec,
  SensorSpec,
} from '../../../../simulator/scenario/index.ts'

const number = (decimals: number): SensorSpec => ({ sensor: 'uniform', min: 0, max: 1, decimals })
const field = (name: string, sensor: SensorSpec): FieldSpec => ({ name, sensor })
const constant = (value: string | number | boolean | null): SensorSpec => ({
  sensor: 'constant',
  value,
})

function encode(
  spec: Partial<JsonPayloadSpec>,
  values: readonly number[] = [],
  id = 'room-7',
): string {
  const payload = new JsonPayload({ format: 'json', stamp: [], fields: [], ...spec }, 3)
  const sensors = values.map((value) => ({ sample: () => value }))
  const out = new Uint8Array(payload.bytesMax(id.length))
  const length = payload.encode(out, { id, seq: 12, ts: 1_704_067_200_000 }, sensors, 0)
  return new TextDecoder().decode(out.subarray(0, length))
}

describe('a message', () => {
  it('without anything is an empty mapping', () => {
    expect(encode({})).toBe('{}')
  })

  it('holds stamps first and fields in their order', () => {
    const text = encode(
      {
        stamp: ['id', 'stream', 'seq', 'ts'],
        fields: [
          field('t', number(1)),
          field('unit', constant('C')),
          field('n', number(0)),
          field('ok', constant(true)),
          field('none', constant(null)),
          field('k', constant(1.5)),
        ],
      },
      [21.25, 4],
    )
    expect(text).toBe(
      '{"id":"room-7","stream":3,"seq":12,"ts":1704067200000,' +
        '"t":21.3,"unit":"C","n":4,"ok":true,"none":null,"k":1.5}',
    )
  })

  it('names the value that a step sensor points at', () => {
    const door: SensorSpec = {
      sensor: 'step',
      values: ['closed', 'open "wide"', 3, null],
      holdMs: [1, 1, 1, 1],
      timing: 'fixed',
    }
    const texts = [0, 1, 2, 3].map((position) => encode({ fields: [field('s', door)] }, [position]))
    expect(texts).toEqual(['{"s":"closed"}', '{"s":"open \\"wide\\""}', '{"s":3}', '{"s":null}'])
  })

  it.each(['a"b', 'a\\b', 'tab\t', '温度计', '\u{1F321}', 'plain'])(
    'is JSON with the client id %j and keys of the same text',
    (id) => {
      const spec = { stamp: ['id', 'seq'] as const, fields: [field(id, constant(id))] }
      expect(JSON.parse(encode(spec, [], id))).toEqual({ id, seq: 12, [id]: id })
    },
  )

  it('never outgrows its bound', () => {
    const id = '\u0000'.repeat(20)
    const fields = [field('\u0001', number(9)), field('v', number(0))]
    const spec: JsonPayloadSpec = { format: 'json', stamp: ['id', 'seq', 'ts'], fields }
    const payload = new JsonPayload(spec, 0)
    const sensors = [{ sample: () => -1e12 / 3 }, { sample: () => -1.7976931348623157e308 }]
    const out = new Uint8Array(payload.bytesMax(id.length))
    const stamp = { id, seq: Number.MAX_SAFE_INTEGER, ts: Number.MAX_SAFE_INTEGER }
    const length = payload.encode(out, stamp, sensors, 0)
    expect(length).toBeLessThanOrEqual(out.length)
    expect(() => JSON.parse(new TextDecoder().decode(out.subarray(0, length)))).not.toThrow()
  })

  it('refuses a buffer that may be too small', () => {
    const payload = new JsonPayload({ format: 'json', stamp: ['id'], fields: [] }, 0)
    const stamp = { id: 'room-7', seq: 0, ts: 0 }
    expect(() => payload.encode(new Uint8Array(8), stamp, [], 0)).toThrow(AssertionError)
  })
})

describe('the buffer', () => {
  it('hands out the same view for the same length', () => {
    const buffer = new PayloadBuffer()
    buffer.reserve(100)
    expect(buffer.view(40)).toBe(buffer.view(40))
    expect(buffer.view(40)).toHaveLength(40)
  })

  it('grows, and its views with it', () => {
    const buffer = new PayloadBuffer()
    const before = buffer.view(10)
    const bytes = buffer.reserve(5_000)
    bytes[0] = 7
    expect(bytes.length).toBeGreaterThanOrEqual(5_000)
    expect(buffer.view(10)).not.toBe(before)
    expect(buffer.view(10)[0]).toBe(7)
    expect(buffer.view(3_000)).toHaveLength(3_000)
  })

  it('has a bound', () => {
    expect(() => new PayloadBuffer().reserve(2 ** 20 + 1)).toThrow(AssertionError)
  })
})

describe('reading a stamp back', () => {
  const read = (text: string): unknown => readStamp(new TextEncoder().encode(text))

  it('finds what was written', () => {
    const text = encode({ stamp: ['id', 'stream', 'seq', 'ts'], fields: [] })
    expect(read(text)).toEqual({ id: 'room-7', stream: 3, seq: 12, ts: 1_704_067_200_000 })
  })

  it.each([
    ['{"seq":1}', { id: undefined, stream: undefined, seq: 1, ts: undefined }],
    ['{"seq":"1","id":5}', { id: undefined, stream: undefined, seq: undefined, ts: undefined }],
    ['[1]', undefined],
    ['null', undefined],
    ['21.5 C', undefined],
    ['', undefined],
  ])('bears %s', (text, stamp) => {
    expect(read(text)).toEqual(stamp)
  })
})
