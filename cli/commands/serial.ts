// `motewire serial`: which ports there are, what passes on one, what is wrong with one, a test of
// its wires, and a port of a running bridge for another program.

import { Option } from 'commander'
import type { Command } from 'commander'
import { diagnosePort, listPorts } from '@motewire/hardware'
import { sharedClock } from '@motewire/sdk'
import { EXIT } from '../exit.ts'
import { lendPort } from '../lending.ts'
import { runLoopback } from '../loopback.ts'
import { MONITOR_LINE_ENDS, runMonitor } from '../monitor.ts'
import { wholeFlag } from '../mqtt-flags.ts'

const BAUD = wholeFlag(50, 20_000_000)

export function addSerial(program: Command): void {
  const serial = program.command('serial').description('serial ports of this machine')
  serial
    .command('list')
    .description('list the ports: path, vendor and product, serial number, name')
    .action(printPorts)
  serial
    .command('monitor')
    .description('show what a device says, and send it what is typed; Ctrl-] ends')
    .argument('<port>', 'its path or identity')
    .option('--baud <rate>', 'bits a second', BAUD, 115_200)
    .option('--rtscts', 'hardware flow control')
    .option('--hex', 'both directions as a hex dump with times')
    .option('--mqtt', 'both directions as decoded MQTT packets with times')
    .addOption(
      new Option(
        '--framing <kind>',
        'with --mqtt: packets as they are, or in frames (default: raw)',
      ).choices(['raw', 'slip', 'cobs', 'hdlc', 'length']),
    )
    .option('--timestamps', 'text with the time at which each line began')
    .addOption(
      new Option('--enter <kind>', 'what the Enter key sends')
        .choices(Object.keys(MONITOR_LINE_ENDS))
        .default('crlf'),
    )
    .option('--log <file>', 'append what is shown to a file')
    .option('--pcap <file>', 'append what passes to a capture file for Wireshark')
    .action(runMonitor)
  serial
    .command('loopback')
    .description('test a port whose TX is joined to its RX; exit code 1 when anything is lost')
    .argument('<port>', 'its path or identity')
    .option('--baud <rate>', 'bits a second', BAUD, 115_200)
    .option('--rtscts', 'hardware flow control')
    .option('--seconds <n>', 'how long', wholeFlag(1, 3_600), 5)
    .action(runLoopback)
  serial
    .command('doctor')
    .description('say why a port cannot be opened or is silent, and what to do about it')
    .argument('<port>', 'its path or identity')
    .option('--baud <rate>', 'bits a second', BAUD, 115_200)
    .option('--rtscts', 'hardware flow control')
    .action(examinePort)
  serial
    .command('lend')
    .description('run a program with a port that a bridge has open: serial lend PORT -- COMMAND')
    .argument('<port>', 'its path, or its name in the file of the bridge')
    .argument('<command...>', 'avrdude, esptool and the like, and their arguments')
    .option('--control <folder>', 'RuntimeDirectory of the bridge, when systemd runs it')
    .action(lendPort)
}

async function examinePort(
  port: string,
  { baud, rtscts = false }: { readonly baud: number; readonly rtscts?: boolean },
): Promise<void> {
  const findings = await diagnosePort(port, { settings: { baud, rtscts }, clock: sharedClock() })
  for (const { isGood, text } of findings) {
    process.stdout.write(`${isGood ? 'ok' : 'trouble'}: ${text}\n`)
  }
  if (findings.some(({ isGood }) => !isGood)) process.exitCode = EXIT.failed
}

async function printPorts(): Promise<void> {
  const ports = await listPorts()
  if (ports.length === 0) process.stdout.write('no serial port found\n')
  for (const { path, vendorId, productId, serialNumber, name } of ports) {
    const ids = vendorId === undefined ? '-' : `${vendorId}:${productId}`
    process.stdout.write(`${path}\t${ids}\t${serialNumber ?? '-'}\t${name ?? '-'}\n`)
  }
}
