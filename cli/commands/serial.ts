// `motewire serial`: what serial ports there are, and a port of a running bridge for another program.

import type { Command } from 'commander'
import { listPorts } from '@motewire/hardware'
import { lendPort } from '../lending.ts'

export function addSerial(program: Command): void {
  const serial = program.command('serial').description('serial ports of this machine')
  serial
    .command('list')
    .description('list the ports: path, vendor and product, serial number, name')
    .action(printPorts)
  serial
    .command('lend')
    .description('run a program with a port that a bridge has open: serial lend PORT -- COMMAND')
    .argument('<port>', 'its path, or its name in the file of the bridge')
    .argument('<command...>', 'avrdude, esptool and the like, and their arguments')
    .option('--control <folder>', 'RuntimeDirectory of the bridge, when systemd runs it')
    .action(lendPort)
}

async function printPorts(): Promise<void> {
  const ports = await listPorts()
  if (ports.length === 0) process.stdout.write('no serial port found\n')
  for (const { path, vendorId, productId, serialNumber, name } of ports) {
    const ids = vendorId === undefined ? '-' : `${vendorId}:${productId}`
    process.stdout.write(`${path}\t${ids}\t${serialNumber ?? '-'}\t${name ?? '-'}\n`)
  }
}
