// Messages a second of one client: ours beside MQTT.js and beside a raw socket, in turns. The sink
// is a process of its own, so that the client has a core to itself. Medians of the rounds.

import { once } from 'node:events'
import { connect as dial } from 'node:net'
import { connectAsync } from '@motewire/sdk'
import mqtt from 'mqtt'
import { median, nextTurn, startSink } from './stage.ts'

const ROUNDS = 3
const ROUND_MS = 1_500
const TOPIC = 'bench/device-0001/value'
const PAYLOAD = Buffer.alloc(64, 0x61)

type Measure = (url: string, port: number) => Promise<number>

interface Row {
  readonly name: string
  readonly candidates: Readonly<Record<string, Measure>>
}

const ROWS: readonly Row[] = [
  {
    name: 'publish QoS 0, 64 B',
    candidates: { motewire: oursQos0, 'MQTT.js': theirsQos0, 'raw socket': rawQos0 },
  },
  {
    name: 'publish QoS 1, window 1,000',
    candidates: { motewire: oursAcked(1), 'MQTT.js': theirsAcked(1) },
  },
  {
    name: 'publish QoS 2, window 1,000',
    candidates: { motewire: oursAcked(2), 'MQTT.js': theirsAcked(2) },
  },
  {
    name: 'receive QoS 0, 64 B',
    candidates: { motewire: oursReceive, 'MQTT.js': theirsReceive },
  },
]

/** Messages a second of a loop that runs for ROUND_MS. */
async function rate(step: () => number | Promise<number>): Promise<number> {
  const start = performance.now()
  let messages = 0
  let now = start
  while (now - start < ROUND_MS) {
    messages += await step()
    now = performance.now()
  }
  return (messages * 1000) / (now - start)
}

async function oursQos0(url: string): Promise<number> {
  const client = await connectAsync(url, { outbox: { messagesMax: 100 } })
  const perSecond = await rate(async () => {
    let sent = 0
    while (sent < 1_000 && client.publish(TOPIC, PAYLOAD) === 'sent') sent++
    if (sent < 1_000) await nextTurn()
    return sent
  })
  await client.end()
  return perSecond
}

async function theirsQos0(url: string): Promise<number> {
  const client = await mqtt.connectAsync(url)
  const perSecond = await rate(async () => {
    for (let i = 0; i < 1_000; i++) client.publish(TOPIC, PAYLOAD, { qos: 0 })
    // Its writes pile up in the stream: wait until they are gone, as a careful user would.
    if (client.stream.writableNeedDrain) await once(client.stream, 'drain')
    else await nextTurn()
    return 1_000
  })
  await client.endAsync(true)
  return perSecond
}

async function rawQos0(_url: string, port: number): Promise<number> {
  const socket = dial(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(Buffer.from('101000044d51545404020000000472617721', 'hex'))
  const one = Buffer.concat([
    Buffer.from([0x30, 2 + TOPIC.length + PAYLOAD.length, 0, TOPIC.length]),
    Buffer.from(TOPIC),
    PAYLOAD,
  ])
  const perBatch = Math.floor(65_536 / one.length)
  const batch = Buffer.concat(Array.from({ length: perBatch }, () => one))
  const perSecond = await rate(async () => {
    if (!socket.write(batch)) await once(socket, 'drain')
    return perBatch
  })
  socket.destroy()
  return perSecond
}

function oursAcked(qos: 1 | 2): Measure {
  return async (url) => {
    const client = await connectAsync(url, {
      inflightMax: 1_000,
      inflightQos2Max: 1_000,
      outbox: { messagesMax: 2_000 },
    })
    let acked = 0
    client.on('outcome', () => acked++)
    const perSecond = await rate(async () => {
      const before = acked
      while (client.queued < 1_000) client.publish(TOPIC, PAYLOAD, { qos })
      await nextTurn()
      return acked - before
    })
    await client.end()
    return perSecond
  }
}

function theirsAcked(qos: 1 | 2): Measure {
  return async (url) => {
    const client = await mqtt.connectAsync(url)
    let acked = 0
    let open = 0
    const done = (): void => {
      acked++
      open--
    }
    const perSecond = await rate(async () => {
      const before = acked
      for (; open < 1_000; open++) client.publish(TOPIC, PAYLOAD, { qos }, done)
      await nextTurn()
      return acked - before
    })
    await client.endAsync(true)
    return perSecond
  }
}

async function oursReceive(url: string): Promise<number> {
  const client = await connectAsync(url)
  let received = 0
  client.on('message', () => received++)
  await client.subscribe('blast')
  const perSecond = await rate(async () => {
    const before = received
    await nextTurn()
    return received - before
  })
  await client.end()
  return perSecond
}

async function theirsReceive(url: string): Promise<number> {
  const client = await mqtt.connectAsync(url)
  let received = 0
  client.on('message', () => received++)
  await client.subscribeAsync('blast')
  const perSecond = await rate(async () => {
    const before = received
    await nextTurn()
    return received - before
  })
  await client.endAsync(true)
  return perSecond
}

export async function benchThroughput(): Promise<void> {
  const sink = await startSink()
  const url = `mqtt://127.0.0.1:${sink.port}`
  for (const { name, candidates } of ROWS) {
    const rates = Object.keys(candidates).map((): number[] => [])
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, measure] of Object.values(candidates).entries()) {
        rates[i]!.push(await measure(url, sink.port))
      }
    }
    const [own = 0] = rates.map(median)
    console.log(name)
    for (const [i, candidate] of Object.keys(candidates).entries()) {
      const value = median(rates[i]!)
      const ratio = i === 0 ? '' : `  motewire is ${(own / value).toFixed(2)}x`
      const perSecond = Math.round(value / 1000).toLocaleString('en')
      console.log(`  ${candidate.padEnd(12)}${perSecond} k/s${ratio}`)
    }
  }
  sink.stop()
}
