// `motewire serial`: which ports there are, what is wrong with one, and a port of a running bridge
// for another program.

import type { Command } from 'commander'
import { diagnosePort, listPorts } from '@motewire/hardware'
import { sharedClock } from '@motewire/sdk'
import { EXIT } from '../exit.ts'
import { lendPort } from '../lending.ts'
import { wholeFlag } from '../mqtt-flags.ts'

export function addSerial(program: Command): void {
  const serial = program.command('serial').description('serial ports of this machine')
  serial
    .command('list')
    .description('list the ports: path, vendor and product, serial number, name')
    .action(printPorts)
  serial
    .command('doctor')
    .description('say why a port cannot be opened or is silent, and what to do about it')
    .argument('<port>', 'its path or identity')
    .option('--baud <rate>', 'bits a second', wholeFlag(1, 20_000_000), 115_200)
    .action(examinePort)
  serial
    .command('lend')
    .description('run a program with a port that a bridge has open: serial lend PORT -- COMMAND')
    .argument('<port>', 'its path, or its name in the file of the bridge')
    .argument('<command...>', 'avrdude, esptool and the like, and their arguments')
    .option('--control <folder>', 'RuntimeDirectory of the bridge, when systemd runs it')
    .action(lendPort)
}

async function examinePort(port: string, { baud }: { readonly baud: number }): Promise<void> {
  const findings = await diagnosePort(port, { settings: { baud }, clock: sharedClock() })
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
