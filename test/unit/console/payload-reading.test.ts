// What the console shows the bytes of a payload as.

import { describe, expect, it } from 'vitest'
import { encodeSparkplug } from '@motewire/simulator/sparkplug'
import { cborText } from '../../../console/page/parts/cbor-text.ts'
import { readPayload } from '../../../console/page/parts/payload-reading.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))
const whole = (bytes: Uint8Array) => ({
  base64: Buffer.from(bytes).toString('base64'),
  isCut: false,
})

describe('CBOR in diagnostic notation', () => {
  // Wrapped in an array of one where an example of RFC 8949, appendix A is a lone item.
  it.each([
    ['811bffffffffffffffff', '18446744073709551615'],
    ['813bffffffffffffffff', '-18446744073709551616'],
    ['813903e7', '-1000'],
    ['81f93c00', '1.0'],
    ['81f98000', '-0.0'],
    ['81f97bff', '65504.0'],
    ['81f90001', '5.960464477539063e-8'],
    ['81f9fc00', '-Infinity'],
    ['81f97e00', 'NaN'],
    ['81fa47c35000', '100000.0'],
    ['81fb7e37e43c8800759c', '1.0e+300'],
    ['81f7', 'undefined'],
    ['81f8ff', 'simple(255)'],
    ['814401020304', "h'01020304'"],
    ['8162c3bc', '"ü"'],
    ['815f42010243030405ff', "(_ h'0102', h'030405')"],
    ['81c11a514b67b0', '1(1363896240)'],
    ['81a0', '{}'],
  ])('tells %s as [%s]', (bytes, text) => {
    expect(cborText(hex(bytes))).toBe(`[\n  ${text}\n]`)
  })

  it('indents maps with keys of any type, within tags and of indefinite length too', () => {
    expect(cborText(hex('d9d9f7a20102626162820304'))).toBe(
      '55799({\n  1: 2,\n  "ab": [\n    3,\n    4\n  ]\n})',
    )
    expect(cborText(hex('bf6346756ef563416d7421ff'))).toBe('{_\n  "Fun": true,\n  "Amt": -2\n}')
  })

  it.each([
    ['a lone number', '1864'],
    ['bytes after the item', '810000'],
    ['a count that lies', '9bffffffffffffffff00'],
    ['a text that ends too early', '816361'],
    ['a text that is no UTF-8', '8161ff'],
    ['a reserved length', '811c'],
    ['a break without a beginning', '81ff'],
    ['a simple value in two bytes', '81f818'],
    ['half a float', '81f93c'],
    ['a piece of another type', '815f6161ff'],
    ['nesting without end', '81'.repeat(4000)],
    ['tags without end', 'c1'.repeat(4000)],
    ['nothing', ''],
  ])('is none: %s', (_what, bytes) => {
    expect(cborText(hex(bytes))).toBeUndefined()
  })
})

describe('the views of a payload', () => {
  const shapes = (topic: string, bytes: Uint8Array): string[] =>
    Object.keys(readPayload(topic, whole(bytes), null).views)

  it.each([
    ['a JSON object', Buffer.from('{"bar":1}'), ['json', 'text', 'hex', 'base64']],
    ['a number as text', Buffer.from('21.5'), ['text', 'hex', 'base64']],
    ['a map in CBOR', hex('a16362617201'), ['cbor', 'hex', 'base64']],
    ['any bytes', hex('00ff10'), ['hex', 'base64']],
  ])('%s', (_what, bytes, expected) => {
    expect(shapes('press/4', bytes)).toEqual(expected)
  })

  const data = (value: number) =>
    encodeSparkplug({
      timestamp: Date.UTC(2026, 0, 1),
      seq: 3,
      metrics: [
        { name: 'bar', datatype: 10, value },
        { alias: 7, datatype: 3, value: -5 },
      ],
    })

  it('takes bytes for Sparkplug on its topics only, behind the prefix of a bridge too', () => {
    expect(shapes('site/spBv1.0/plant/NDATA/press', data(1))).toContain('sparkplug')
    expect(shapes('spBv1.0/STATE/scada', Buffer.from('{"online":true}'))).not.toContain('sparkplug')
    expect(shapes('press/4', data(1))).not.toContain('sparkplug')
  })

  it('compares two Sparkplug payloads metric by metric', () => {
    const { views } = readPayload('spBv1.0/plant/NDATA/press', whole(data(2)), whole(data(1)))
    expect(views.changes).toBe(
      [
        '  {',
        '    "timestamp": "2026-01-01T00:00:00.000Z",',
        '    "seq": 3,',
        '    "metrics": [',
        '-     { "name": "bar", "type": "double", "value": 1 },',
        '+     { "name": "bar", "type": "double", "value": 2 },',
        '      { "alias": 7, "type": "int32", "value": -5 }',
        '    ]',
        '  }',
      ].join('\n'),
    )
  })

  it('shows no structure of what is cut off, and tells of it', () => {
    const { base64 } = whole(hex('a16362617201'))
    const reading = readPayload('press/4', { base64, isCut: true }, null)
    expect(Object.keys(reading.views)).toEqual(['hex', 'base64'])
    expect(reading.isCut).toBe(true)
  })
})
