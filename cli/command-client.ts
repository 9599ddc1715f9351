// The client of `pub` and `sub`. As with the Mosquitto tools a first attempt that fails ends the
// command, because whoever typed it waits; later losses are healed. `--debug` tells each packet on
// standard error, without passwords and payloads.

import { connect, describePacket } from '@motewire/sdk'
import type { Client, Retry, SeenPacket } from '@motewire/sdk'
import { Exit, failureOf } from './exit.ts'
import { clientOptionsOf } from './mqtt-flags.ts'
import type { MqttFlags } from './mqtt-flags.ts'

/**
 * Runs `work` with a client that is on its way to `url`, and ends it whatever became of the work:
 * what is queued then has `drainMs` to be delivered.
 * @throws Exit with no words when `work` failed and `--quiet` was given.
 */
export async function withClient(
  url: string,
  flags: MqttFlags,
  drainMs: number | undefined,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  try {
    const client = openClient(url, flags)
    try {
      await work(client)
    } finally {
      await client.end(drainMs === undefined ? {} : { drainMs })
    }
  } catch (error) {
    throw flags.quiet === true ? new Exit(failureOf(error).code, '') : error
  }
}

function openClient(url: string, flags: MqttFlags): Client {
  let wasOnline = false
  const classifyError = (): Retry | undefined => (wasOnline ? undefined : 'stop')
  const client = connect(url, { ...clientOptionsOf(flags), classifyError })
  client.on('connect', () => {
    wasOnline = true
  })
  if (flags.debug === true) {
    client.on('packetsend', (packet) => tell('sent', packet))
    client.on('packetreceive', (packet) => tell('got ', packet))
  }
  return client
}

function tell(direction: string, packet: SeenPacket): void {
  const line = `${direction} ${packet.type.toUpperCase()} ${describePacket(packet)}`
  process.stderr.write(`${line.trimEnd()}\n`)
}

/** Resolves at the first CONNACK that accepts; rejects with why there will be none. */
export function online(client: Client): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve())
    client.once('offline', (cause) => reject(cause ?? new Error('connection was closed')))
  })
}
