// `motewire bridge`: joins a serial port to TCP until it is stopped.

import type { Command } from 'commander'
import { Bridge, parseAddress, serialSource, tcpSource } from '@motewire/hardware'
import type { BridgeNotice, BridgeSnapshot } from '@motewire/hardware'
import { Exit, EXIT } from '../exit.ts'
import { interrupted } from '../interrupt.ts'
import { wholeFlag } from '../mqtt-flags.ts'

interface BridgeFlags {
  readonly serial: string
  readonly baud: number
  readonly tcp?: string
  readonly listen?: string
  readonly rtscts?: boolean
}

export function addBridge(program: Command): void {
  program
    .command('bridge')
    .description('join a serial port to a TCP address, both directions')
    .requiredOption('--serial <path>', 'the serial port: /dev/ttyUSB0, COM3, a pty')
    .option('--baud <rate>', 'bits a second', wholeFlag(1, 20_000_000), 115_200)
    .option('--tcp <host:port>', 'connect to this address, for example a broker')
    .option('--listen <host:port>', 'or take a client at this address')
    .option('--rtscts', 'hardware flow control')
    .action(runBridge)
}

async function runBridge(flags: BridgeFlags): Promise<void> {
  const { serial, baud, tcp, listen, rtscts = false } = flags
  if ((tcp === undefined) === (listen === undefined)) {
    throw new Exit(EXIT.usage, 'expected either --tcp HOST:PORT or --listen HOST:PORT')
  }
  const stop = interrupted()
  const bridge = new Bridge({
    port: serialSource(serial, { baud, rtscts }),
    net: tcp === undefined ? { listen: parseAddress(listen ?? '') } : tcpSource(parseAddress(tcp)),
    handleNotice,
  })
  await bridge.start()
  await stop
  const last = bridge.snapshot()
  await bridge.stop()
  process.stdout.write(`${counters(last)}\n`)
}

function handleNotice({ message, error }: BridgeNotice): void {
  const time = new Date().toISOString().slice(11, 23)
  const out = error === undefined ? process.stdout : process.stderr
  out.write(`${time} ${message}\n`)
}

function counters({ port, net, uplink, downlink }: BridgeSnapshot): string {
  return [
    `to TCP    ${uplink.bytes} bytes, ${uplink.droppedBytes} dropped`,
    `to serial ${downlink.bytes} bytes, ${downlink.droppedBytes} dropped`,
    `opened    port ${port.opens} times, TCP ${net.opens} times`,
  ].join('\n')
}
