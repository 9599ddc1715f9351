// Payloads in bytes: CBOR against the examples of RFC 8949, binary layouts, batches.

import { describe, expect, it } from 'vitest'
import { PayloadBuffer } from '../../../../simulator/device/index.ts'
import { BatchFormat } from '../../../../simulator/device/batch.ts'
import { cborScalar, rounded } from '../../../../simulator/device/cbor.ts'
import { createPayload } from '../../../../simulator/device/create-payload.ts'
import type { PayloadSpec, Scalar } from '../../../../simulator/scenario/index.ts'
import { parseScenario } from '../../../../simulator/scenario/index.ts'

function specOf(payload: string): PayloadSpec {
  const stream = `{ topic: t, every: 1s, payload: ${payload} }`
  const scenario = parseScenario(
    `version: 1\ngroups: { a: { count: 1, publish: [${stream}] } }`,
    'x.yaml',
  )
  return scenario.groups[0]!.publish[0]!.payload
}

const STAMP = { id: 'room-7', seq: 258, ts: 1_704_067_200_000 }
const sensorsOf = (...values: number[]) => values.map((value) => ({ sample: () => value }))

function bytesOf(payload: string, ...values: number[]): string {
  const format = createPayload(specOf(payload), 1)
  const out = new Uint8Array(format.bytesMax(STAMP.id.length))
  const length = format.encode(out, STAMP, sensorsOf(...values), 0)
  return Buffer.from(out.subarray(0, length)).toString('hex')
}

describe('CBOR', () => {
  // RFC 8949, appendix A.
  it.each<[Scalar, string]>([
    [0, '00'],
    [23, '17'],
    [24, '1818'],
    [100, '1864'],
    [1_000, '1903e8'],
    [1_000_000, '1a000f4240'],
    [1_000_000_000_000, '1b000000e8d4a51000'],
    [-1, '20'],
    [-100, '3863'],
    [-1_000, '3903e7'],
    [1.1, 'fb3ff199999999999a'],
    [100_000.5, 'fa47c35040'],
    [-4.1, 'fbc010666666666666'],
    [1.0e300, 'fb7e37e43c8800759c'],
    [false, 'f4'],
    [true, 'f5'],
    [null, 'f6'],
    ['', '60'],
    ['IETF', '6449455446'],
    ['\u00fc', '62c3bc'],
  ])('%j is %s', (value, hex) => {
    expect(Buffer.from(cborScalar(value)).toString('hex')).toBe(hex)
  })

  it('has the keys of JSON in the same order', () => {
    const fields = '{ t: { sensor: uniform, min: 0, max: 9, decimals: 1 }, unit: C }'
    const hex = bytesOf(`{ format: cbor, stamp: true, fields: ${fields} }`, 21.54)
    const text = (word: string): string => Buffer.from(cborScalar(word)).toString('hex')
    const stamp = `${text('id')}${text('room-7')}${text('stream')}01${text('seq')}190102`
    const time = `${text('ts')}1b0000018cc251f400`
    expect(hex).toBe(`a6${stamp}${time}${text('t')}fa41ac0000${text('unit')}${text('C')}`)
  })

  it('rounds to the digits of the scenario, never to minus zero', () => {
    expect([rounded(21.54, 1), rounded(-0.04, 1), rounded(2.5, 0), rounded(1e300, 2)]).toEqual([
      21.5, 0, 3, 1e300,
    ])
  })
})

describe('a binary layout', () => {
  const choice = '{ sensor: step, values: [4, x], hold: 1s }'
  const two = `fields: { t: { sensor: uniform, min: 0, max: 9 }, s: ${choice} }`

  it('has numbers of fixed width, scaled, and bytes that never change', () => {
    const layout = '["hex AA 55", "u8 stream", "u32 seq", "i16 t * 100", "u8 s"]'
    expect(bytesOf(`{ format: binary, ${two}, layout: ${layout} }`, -21.5, 0)).toBe(
      'aa550100000102f79a04',
    )
  })

  it('turns its numbers round for little-endian', () => {
    const layout = '["u32 seq", "u64 ts", "f32 t"]'
    expect(bytesOf(`{ format: binary, endian: little, ${two}, layout: ${layout} }`, 1, 0)).toBe(
      '0201000000f451c28c0100000000803f',
    )
  })

  it.each([
    ['u8', 300, 'ff'],
    ['u8', -1, '00'],
    ['i8', -129, '80'],
    ['i16', 40_000, '7fff'],
    ['u16', 1.5, '0002'],
    ['u32', Number.NaN, '00000000'],
  ])('cuts what %s cannot hold: %d', (type, value, hex) => {
    expect(bytesOf(`{ format: binary, ${two}, layout: ["${type} t"] }`, value, 0)).toBe(hex)
  })

  it('ends with the checksum of all before it', () => {
    // "123456789" has 0x29B1, the check value of CRC-16/CCITT-FALSE.
    const hex = bytesOf('{ format: binary, layout: ["hex 313233343536373839", "crc16"] }')
    expect(hex).toBe('31323334353637383929b1')
  })
})

describe('a batch', () => {
  const payload = (rest: string): PayloadSpec =>
    specOf(`{ ${rest}, fields: { t: { sensor: uniform, min: 0, max: 9, decimals: 0 } } }`)

  function messageOf(spec: PayloadSpec): Buffer {
    const buffer = new PayloadBuffer()
    const batch = new BatchFormat(spec, 0)
    const readings = [3, 5].map((value) => {
      const out = new Uint8Array(batch.reading.bytesMax(STAMP.id.length))
      const stamp = { ...STAMP, ts: value * 1_000 }
      return out.slice(0, batch.reading.encode(out, stamp, sensorsOf(value), 0))
    })
    const length = batch.join(buffer, STAMP, readings)
    return Buffer.from(buffer.view(length))
  }

  it('is one JSON mapping with stamp and readings', () => {
    expect(JSON.parse(messageOf(payload('stamp: [id, seq]')).toString())).toEqual({
      id: 'room-7',
      seq: 258,
      readings: [
        { ts: 3_000, t: 3 },
        { ts: 5_000, t: 5 },
      ],
    })
  })

  it('without a stamp has the readings alone', () => {
    expect(messageOf(payload('stamp: false')).toString()).toBe(
      '{"readings":[{"ts":3000,"t":3},{"ts":5000,"t":5}]}',
    )
  })

  it('is one CBOR map', () => {
    expect(messageOf(payload('format: cbor, stamp: [seq]')).toString('hex')).toBe(
      'a263736571190102' +
        '6872656164696e6773' +
        '82' +
        'a2627473190bb8617403a26274731913886174' +
        '05',
    )
  })
})
