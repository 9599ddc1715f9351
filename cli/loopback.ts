// `motewire serial loopback`: tests a port whose TX is joined to its RX and says what came back.

import { loopbackVerdict, SerialChannel, testLoopback } from '@motewire/hardware'
import { sharedClock } from '@motewire/sdk'
import { EXIT } from './exit.ts'

export interface LoopbackFlags {
  readonly baud: number
  readonly rtscts?: boolean
  readonly seconds: number
}

/** Start bit, eight data bits, stop bit. */
const BITS_PER_BYTE = 10

export async function runLoopback(port: string, flags: LoopbackFlags): Promise<void> {
  const { baud, rtscts = false, seconds } = flags
  const channel = new SerialChannel(port, { baud, rtscts })
  process.stdout.write(`${channel.name} at ${baud} 8N1, ${seconds} s\n`)
  const result = await testLoopback(channel, {
    baud,
    bitsPerByte: BITS_PER_BYTE,
    durationMs: seconds * 1_000,
    clock: sharedClock(),
  })
  const { sentBlocks, goodBlocks, damagedBlocks, roundTripMs } = result
  const { bytesPerSecond, lineBytesPerSecond } = result
  if (result.error === undefined) {
    const trip = roundTripMs === undefined ? 'none' : `${roundTripMs.toFixed(1)} ms`
    process.stdout.write(
      [
        `blocks      ${sentBlocks} sent, ${goodBlocks} whole, ${damagedBlocks} damaged`,
        `throughput  ${Math.round(bytesPerSecond)} bytes a second of ${lineBytesPerSecond}`,
        `round trip  ${trip}`,
        '',
      ].join('\n'),
    )
  }
  const { isGood, text } = loopbackVerdict(result)
  process.stdout.write(`${isGood ? 'ok' : 'trouble'}: ${text}\n`)
  if (!isGood) process.exitCode = EXIT.failed
}
