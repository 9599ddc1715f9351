// How long a backlog takes to drain over a slow link: 10,000 QoS 1 messages at 40 ms of round trip
// time, ours beside MQTT.js. The delay is made by a relay in this process that holds bytes back by
// half the round trip each way. Printed in round trips: N / window is what the protocol allows.

import { createServer, connect as dial } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { once } from 'node:events'
import { connect } from '@motewire/sdk'
import mqtt from 'mqtt'
import { startSink } from './stage.ts'

const ROUND_TRIP_MS = 40
const MESSAGES = 10_000
/** MQTT.js resends one message a round trip: fewer of them, or the bench takes minutes. */
const MESSAGES_THEIRS = 100
const WINDOW = 1_000

/** Passes bytes on after half a round trip, in order. */
function delayed(from: Socket, to: Socket): void {
  from.on('data', (bytes: Buffer) => setTimeout(() => to.write(bytes), ROUND_TRIP_MS / 2))
  from.on('close', () => to.destroy())
  from.on('error', () => to.destroy())
}

async function startRelay(port: number): Promise<{ port: number; stop: () => void }> {
  const server = createServer((socket) => {
    const far = dial({ port, host: '127.0.0.1', noDelay: true })
    socket.setNoDelay(true)
    delayed(socket, far)
    delayed(far, socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, stop: () => server.close() }
}

/**
 * Milliseconds from dialling to the last acknowledgement: two round trips bring the connection up.
 * MQTT.js tells of its connection only once what waited is drained.
 */
async function ours(port: number): Promise<number> {
  const begin = performance.now()
  const client = connect(`mqtt://127.0.0.1:${port}`, { inflightMax: WINDOW })
  const all = Array.from({ length: MESSAGES }, () => client.publishAsync('t', 'x', { qos: 1 }))
  await Promise.all(all)
  const took = performance.now() - begin
  await client.end()
  return took
}

async function theirs(port: number): Promise<number> {
  const begin = performance.now()
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { clean: false, clientId: 'backlog' })
  const all = Array.from({ length: MESSAGES_THEIRS }, () =>
    client.publishAsync('t', 'x', { qos: 1 }),
  )
  await Promise.all(all)
  const took = performance.now() - begin
  await client.endAsync(true)
  return took
}

export async function benchBacklog(): Promise<void> {
  const sink = await startSink()
  const relay = await startRelay(sink.port)
  const say = (name: string, messages: number, ms: number): void => {
    const trips = (ms / ROUND_TRIP_MS).toFixed(1)
    console.log(`  ${name.padEnd(12)}${messages} messages in ${ms.toFixed(0)} ms, ${trips} trips`)
  }
  console.log(
    `connect and drain a QoS 1 backlog at ${ROUND_TRIP_MS} ms round trip, window ${WINDOW}`,
  )
  say('motewire', MESSAGES, await ours(relay.port))
  say('MQTT.js', MESSAGES_THEIRS, await theirs(relay.port))
  relay.stop()
  sink.stop()
}
