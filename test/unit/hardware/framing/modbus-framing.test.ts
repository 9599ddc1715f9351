// The silences of Modbus RTU: 3.5 characters by baud rate, which end a frame and nothing else does.

import { expect, it } from 'vitest'
import { ModbusFraming, silenceMs } from '../../../../hardware/framing/index.ts'

it.each([
  [1_200, 32.08],
  [9_600, 4.01],
  [19_200, 2.01],
  [38_400, 1.75],
  [115_200, 1.75],
])('ends a frame at %d baud after %d ms', (baud, expected) => {
  expect(silenceMs(baud)).toBeCloseTo(expected, 2)
})

it('joins what comes within the silence and parts what comes after it', () => {
  const frames: string[] = []
  const framing = new ModbusFraming(
    { handleFrame: (frame) => frames.push(Buffer.from(frame).toString('hex')) },
    { baud: 9_600, latencyMs: 1 },
  )
  // Read two registers from 107 of station 17: the example of the specification.
  const request = Buffer.from(framing.encode(Buffer.from('1103006b0003', 'hex')))
  expect(request.toString('hex')).toBe('1103006b00037687')
  framing.handleBytes(request.subarray(0, 3), 100)
  framing.handleBytes(request.subarray(3), 105)
  expect(framing.pollTimeout()).toBeCloseTo(110.01, 2)
  framing.handleTimeout(110)
  expect(frames).toEqual([])
  framing.handleTimeout(111)
  framing.handleBytes(request, 120)
  framing.handleBytes(request, 130)
  framing.handleTimeout(140)
  expect(frames).toEqual(['1103006b0003', '1103006b0003', '1103006b0003'])
})
