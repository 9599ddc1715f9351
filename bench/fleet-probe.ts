// One process with many connected clients of one kind, for the benchmarks of memory and of turns:
// connects, measures, prints one line of JSON. Run by idle-clients.ts; its arguments are the kind,
// how many clients, the broker's port, and what to measure.

import { once } from 'node:events'
import { connect as dial } from 'node:net'
import type { Socket } from 'node:net'
import { connect } from '@motewire/sdk'
import mqtt from 'mqtt'

const [kind = '', count = '0', port = '0', measure = ''] = process.argv.slice(2)
const CLIENTS = Number(count)
const TOPIC = 'bench/device-0001/value'
const PAYLOAD = Buffer.alloc(64, 0x61)
/** Connections under way at once. */
const RAMP = 200
const ROUNDS = 4

/** Publishes one message. */
type Publish = () => void

async function ours(): Promise<Publish> {
  const client = connect(`mqtt://127.0.0.1:${port}`, { keepalive: 0 })
  await new Promise<void>((resolve) => client.once('connect', () => resolve()))
  return () => client.publish(TOPIC, PAYLOAD)
}

async function theirs(): Promise<Publish> {
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { keepalive: 0 })
  await once(client as never, 'connect')
  return () => client.publish(TOPIC, PAYLOAD)
}

const CONNECT = Buffer.from('101000044d51545404020000000472617721', 'hex')
const READ_BUFFER = Buffer.alloc(65_536)

async function bare(): Promise<Publish> {
  const onread = { buffer: READ_BUFFER, callback: (): boolean => true }
  const socket: Socket = dial({ port: Number(port), host: '127.0.0.1', noDelay: true, onread })
  await once(socket, 'connect')
  socket.write(CONNECT)
  const packet = Buffer.concat([
    Buffer.from([0x30, 2 + TOPIC.length + PAYLOAD.length, 0, TOPIC.length]),
    Buffer.from(TOPIC),
    PAYLOAD,
  ])
  return () => socket.write(packet)
}

const makers: Readonly<Record<string, () => Promise<Publish>>> = { ours, theirs, bare }

function settled(): { heap: number; rss: number } {
  for (let i = 0; i < 3; i++) globalThis.gc?.()
  const { heapUsed, rss } = process.memoryUsage()
  return { heap: heapUsed, rss }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

const make = makers[kind]
if (make === undefined) throw new Error(`no kind of client is called ${kind}`)
await make()
const before = settled()
const clients: Publish[] = []
while (clients.length < CLIENTS) {
  const batch = Array.from({ length: Math.min(RAMP, CLIENTS - clients.length) }, make)
  clients.push(...(await Promise.all(batch)))
}
if (measure === 'memory') {
  const after = settled()
  const heapBytes = (after.heap - before.heap) / CLIENTS
  const rssBytes = (after.rss - before.rss) / CLIENTS
  console.log(JSON.stringify({ heapBytes, rssBytes }))
} else {
  const turn = async (): Promise<void> => {
    for (const [i, publish] of clients.entries()) {
      publish()
      if (i % 50 === 49) await nextTurn()
    }
  }
  await turn()
  const cpu = process.cpuUsage()
  for (let round = 0; round < ROUNDS; round++) await turn()
  const { user, system } = process.cpuUsage(cpu)
  console.log(JSON.stringify({ microseconds: (user + system) / (ROUNDS * CLIENTS) }))
}
process.exit()
