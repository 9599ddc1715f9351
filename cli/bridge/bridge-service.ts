// `motewire bridge CONFIG`: many ports until it is stopped. SIGHUP reads the file again; ports that
// have not changed are not touched, and a file with mistakes changes nothing.

import {
  BridgeSet,
  formatBridgeFigures,
  ServiceNotifier,
  StatusPublisher,
} from '@motewire/hardware'
import type { BridgeNotice, LendablePort, NamedSnapshot } from '@motewire/hardware'
import { MotewireError, sharedClock } from '@motewire/sdk'
import { MetricsServer } from '@motewire/simulator/report'
import { failureOf } from '../exit.ts'
import { interrupted } from '../interrupt.ts'
import { openLendingDesk } from '../lending.ts'
import { loadBridgeConfig } from './bridge-config.ts'
import type { BridgeConfig } from './bridge-config.ts'
import { bridgeDefinition } from './port-bridge.ts'

export async function runBridgeService(path: string): Promise<void> {
  const config = loadBridgeConfig(path)
  const bridges = new BridgeSet({
    handleFailure: (name, error) => say(`${name}: ${failureOf(error).text}`, true),
  })
  const read = (): NamedSnapshot[] => {
    return bridges.bridges().map(({ name, bridge }) => ({ name, snapshot: bridge.snapshot() }))
  }
  const service = new ServiceNotifier(sharedClock(), process.env)
  const stop = interrupted()
  let newest = config
  const apply = async (wanted: BridgeConfig): Promise<void> => {
    newest = wanted
    const { started, stopped, kept } = await bridges.apply(
      wanted.ports.map((port) => bridgeDefinition(port, OUTPUT)),
    )
    say(`${started.length} ports started, ${stopped.length} stopped, ${kept.length} kept`)
  }
  const metrics = config.metrics === undefined ? undefined : new MetricsServer(() => figures())
  const figures = (): string => formatBridgeFigures(read())
  if (metrics !== undefined) say(`metrics at ${await metrics.start(config.metrics ?? 0)}`)
  const status = statusOf(config, read)
  status?.start()
  process.on('SIGHUP', () => {
    void reload(path, service, apply, () => bridges.bridges().length)
  })
  await apply(config)
  const desk = await openLendingDesk(() => lendable(newest, bridges))
  service.ready(`${bridges.bridges().length} ports`)
  await stop
  service.stopping()
  await desk?.close()
  await bridges.stop()
  await Promise.all([status?.stop(), metrics?.stop()])
}

async function reload(
  path: string,
  service: ServiceNotifier,
  apply: (wanted: BridgeConfig) => Promise<void>,
  count: () => number,
): Promise<void> {
  await service.reloading()
  try {
    await apply(loadBridgeConfig(path))
  } catch (error) {
    say(`${failureOf(error).text}\nnothing was changed`, true)
  }
  service.ready(`${count()} ports`)
}

function statusOf(
  { status, broker }: BridgeConfig,
  read: () => NamedSnapshot[],
): StatusPublisher | undefined {
  if (status === undefined || broker === undefined) return undefined
  const { url, tls, clientId: _port, ...named } = broker
  const client = { ...named, ...tls, protocolVersion: 4 } as const
  return new StatusPublisher({ ...status, brokerUrl: url, client, clock: sharedClock(), read })
}

function lendable({ ports }: BridgeConfig, bridges: BridgeSet): LendablePort[] {
  const serials = new Map(ports.map(({ name, entry }) => [name, entry.serial]))
  return bridges.bridges().map(({ name, bridge }) => {
    return { name, serial: serials.get(name) ?? name, bridge }
  })
}

const OUTPUT = {
  handleNotice: (port: string, { message, error }: BridgeNotice): void => {
    say(`${port}: ${message}`, error instanceof MotewireError)
  },
  writeTrace: (port: string, time: string, text: string): void => {
    process.stdout.write(`${time} ${port} ${text}\n`)
  },
}

function say(line: string, isTrouble = false): void {
  const time = new Date().toISOString().slice(11, 23)
  const out = isTrouble ? process.stderr : process.stdout
  out.write(`${time} ${line}\n`)
}
