// `motewire broker`: our broker on its own, with the console beside it if asked for.

import type { Command } from 'commander'
import { ConsoleServer } from '@motewire/console'
import { Broker } from '@motewire/simulator/broker'
import { interrupted } from '../interrupt.ts'
import { wholeFlag } from '../mqtt-flags.ts'
import { parseUser } from '../user-flag.ts'

interface BrokerFlags {
  readonly host: string
  readonly port: number
  readonly consolePort?: number
  readonly user: readonly { name: string; password: string }[]
}

export function addBroker(program: Command): void {
  program
    .command('broker')
    .description('run an MQTT 3.1, 3.1.1 and 5.0 broker')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option(
      '--port <port>',
      'port for MQTT over TCP; 0 takes a free one',
      wholeFlag(0, 65_535),
      1883,
    )
    .option(
      '--console-port <port>',
      'also serve the web console on this port',
      wholeFlag(0, 65_535),
    )
    .option(
      '--user <name:password>',
      'only let these in; may be given several times',
      parseUser,
      [],
    )
    .action(runBroker)
}

async function runBroker(flags: BrokerFlags): Promise<void> {
  const users = new Map(flags.user.map(({ name, password }) => [name, password]))
  const broker = new Broker({
    host: flags.host,
    port: flags.port,
    ...(users.size === 0 ? {} : { users }),
  })
  const stop = interrupted()
  const { port } = await broker.start()
  process.stdout.write(`broker listens on mqtt://${flags.host}:${port}\n`)
  let page: ConsoleServer | undefined
  try {
    if (flags.consolePort !== undefined) {
      page = new ConsoleServer({ broker, port: flags.consolePort, title: 'motewire broker' })
      process.stdout.write(`console on ${(await page.start()).url}\n`)
    }
    await stop
  } finally {
    await page?.stop()
    await broker.stop()
  }
}
