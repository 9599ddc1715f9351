// `motewire serial`: what serial ports there are.

import type { Command } from 'commander'
import { listPorts } from '@motewire/hardware'

export function addSerial(program: Command): void {
  program
    .command('serial')
    .description('serial ports of this machine')
    .command('list')
    .description('list the ports: path, vendor and product, serial number, name')
    .action(printPorts)
}

async function printPorts(): Promise<void> {
  const ports = await listPorts()
  if (ports.length === 0) process.stdout.write('no serial port found\n')
  for (const { path, vendorId, productId, serialNumber, name } of ports) {
    const ids = vendorId === undefined ? '-' : `${vendorId}:${productId}`
    process.stdout.write(`${path}\t${ids}\t${serialNumber ?? '-'}\t${name ?? '-'}\n`)
  }
}
