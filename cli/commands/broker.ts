// `motewire broker`: our broker on its own, with the console beside it if asked for.

import type { Command } from 'commander'
import { ConsoleServer } from '@motewire/console'
import type { ConsoleOptions } from '@motewire/console'
import { Broker, LiveConfig, loadBrokerConfig } from '@motewire/simulator/broker'
import type { BrokerOptions } from '@motewire/simulator/broker'
import { interrupted } from '../interrupt.ts'
import { wholeFlag } from '../mqtt-flags.ts'
import { serialPortOption } from '../serial-port-flag.ts'
import { parseUser } from '../user-flag.ts'
import type { User } from '../user-flag.ts'

interface BrokerFlags {
  readonly host?: string
  readonly port?: number
  readonly config?: string
  readonly folder?: string
  readonly consolePort?: number
  readonly serialPort: readonly string[]
  readonly user?: readonly User[]
}

export function addBroker(program: Command): void {
  program
    .command('broker')
    .description('run an MQTT 3.1, 3.1.1 and 5.0 broker')
    .option('--config <file>', 'YAML, or a mosquitto.conf by its extension .conf')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option(
      '--port <port>',
      'port for MQTT over TCP and WebSocket; 0 takes a free one (default: 1883)',
      wholeFlag(0, 65_535),
    )
    .option('--folder <path>', 'keep sessions, queues and retained messages here')
    .option(
      '--console-port <port>',
      'also serve the web console on this port',
      wholeFlag(0, 65_535),
    )
    .addOption(serialPortOption())
    .option(
      '--user <name:password>',
      'only let these in; several times (default: everybody)',
      parseUser,
    )
    .action(runBroker)
}

async function runBroker(flags: BrokerFlags): Promise<void> {
  const { user: typed = [] } = flags
  const broker = new Broker(optionsOf(flags))
  const stop = interrupted()
  await broker.start()
  for (const { kind, host, port } of broker.listeners()) {
    const scheme = kind === 'tls' ? 'mqtts' : 'mqtt'
    process.stdout.write(`broker listens on ${scheme}://${host}:${port}\n`)
  }
  let page: ConsoleServer | undefined
  try {
    if (flags.consolePort !== undefined) {
      const door = consoleDoor(broker, new Set(typed.map(({ name }) => name)))
      page = new ConsoleServer({
        broker,
        port: flags.consolePort,
        furtherSerialPorts: flags.serialPort,
        title: 'motewire broker',
        fleetBroker: fleetBroker(broker, typed),
        config: new LiveConfig(broker, flags.config),
        ...door,
      })
      process.stdout.write(`console on ${(await page.start()).url}\n`)
    }
    await Promise.race([stop, broker.failed])
  } finally {
    await page?.stop()
    await broker.stop()
  }
}

/** Where fleets of the page connect: as the first user that was typed, if there must be one. */
function fleetBroker(broker: Broker, typed: readonly User[]): string | undefined {
  const place = broker.listeners().find(({ kind }) => kind === 'tcp')
  const [user] = typed
  if (place === undefined || (broker.users !== undefined && user === undefined)) return undefined
  const host = place.host === '0.0.0.0' ? '127.0.0.1' : place.host
  const url = new URL(`mqtt://${host.includes(':') ? `[${host}]` : host}:${place.port}`)
  if (user === undefined) return url.href
  url.username = encodeURIComponent(user.name)
  url.password = encodeURIComponent(user.password)
  return url.href
}

/**
 * Who may use the console: users of the groups `admins` and `viewers`, and those that were typed.
 * Without any of them it is open on loopback, like a broker without users.
 */
function consoleDoor(
  { users }: Broker,
  typed: ReadonlySet<string>,
): Pick<ConsoleOptions, 'signIn' | 'roleOf' | 'onAction'> {
  const roleIn = (name: string, groups: readonly string[]): 'admin' | 'viewer' | undefined => {
    if (typed.has(name) || groups.includes('admins')) return 'admin'
    return groups.includes('viewers') ? 'viewer' : undefined
  }
  const hasAny = users?.users().some(({ name, groups }) => roleIn(name, groups) !== undefined)
  if (users === undefined || hasAny !== true) return {}
  return {
    signIn: (name, password) => {
      const groups = users.check(name, password)
      return groups && roleIn(name, groups)
    },
    roleOf: (name) => {
      const user = users.users().find((one) => one.name === name)
      return user && roleIn(name, user.groups)
    },
    onAction: ({ name, address, what, status }) => {
      if (status !== 401) return
      process.stderr.write(`console: ${what} of '${name}' from ${address} refused\n`)
    },
  }
}

/** What was typed goes before what the file says. */
function optionsOf({ host, port, config, folder, user = [] }: BrokerFlags): BrokerOptions {
  const { listeners, gatekeeper, ...rest } = config === undefined ? {} : loadBrokerConfig(config)
  const isTyped = host !== undefined || port !== undefined
  const users = new Map(user.map(({ name, password }) => [name, password]))
  return {
    ...rest,
    ...(isTyped || listeners === undefined
      ? { host: host ?? '127.0.0.1', port: port ?? 1883 }
      : { listeners }),
    ...(folder === undefined ? {} : { folder }),
    ...(users.size > 0 ? { users } : gatekeeper === undefined ? {} : { gatekeeper }),
  }
}
