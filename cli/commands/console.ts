// `motewire console`: the web console for a broker that runs elsewhere.

import type { Command } from 'commander'
import { ConsoleServer, ObservedBroker } from '@motewire/console'
import { interrupted } from '../interrupt.ts'
import { wholeFlag } from '../mqtt-flags.ts'
import { serialPortOption } from '../serial-port-flag.ts'

interface ConsoleFlags {
  readonly broker: string
  readonly host: string
  readonly port: number
  readonly token?: string
  readonly serialPort: readonly string[]
}

export function addConsole(program: Command): void {
  program
    .command('console')
    .description('serve the web console for a broker that runs elsewhere')
    .option('--broker <url>', 'the broker to look at', 'mqtt://127.0.0.1:1883')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port of the page; 0 takes a free one', wholeFlag(0, 65_535), 8080)
    .option('--token <text>', 'what visitors must know; needed for an address that others reach')
    .addOption(serialPortOption())
    .action(runConsole)
}

async function runConsole(flags: ConsoleFlags): Promise<void> {
  const stop = interrupted()
  let said: string | undefined
  const broker = new ObservedBroker(flags.broker, {
    onOffline: (cause) => {
      // The same trouble is told once, not at each attempt.
      const message = cause?.message ?? 'broker closed the connection'
      if (message !== said) process.stderr.write(`${message}; trying again\n`)
      said = message
    },
  })
  const { host, port, token, serialPort } = flags
  const page = new ConsoleServer({
    broker,
    fleetBroker: flags.broker,
    host,
    port,
    token,
    furtherSerialPorts: serialPort,
    title: new URL(flags.broker).host,
  })
  try {
    process.stdout.write(`console on ${(await page.start()).url}\n`)
    await stop
  } finally {
    await page.stop()
    await broker.end()
  }
}
