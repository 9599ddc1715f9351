// A fleet on real sockets against real Mosquittos on this machine: how many devices one process, or
// several, can hold, what a device and a message cost beside bare sockets that do the same, and
// whether the brokers counted what we did. Linux only (/proc).
//
//   npx tsx --conditions=dev bench/sockets.ts [--devices N] [--workers N] [--brokers N]
//     [--sources N] [--seconds N] [--period SECONDS] [--alone]
//
// Defaults: 18,000 devices, 1 worker, 1 broker, as many source addresses of 127.1.0.0/16 as needed,
// 90 seconds of which the first half is the ramp. Each device sends a QoS 1 message each period of
// 30 seconds. `--alone` leaves the bare sockets out. Bounded: twice the seconds, and the ends.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { connectAsync } from '@motewire/sdk'
import type { Client } from '@motewire/sdk'
import { loopbackSources, makeRun, reportOfPart } from '@motewire/simulator'
import { formatProgress } from '@motewire/simulator/report'
import { expand, parseScenario } from '@motewire/simulator/scenario'
import { Mosquitto } from '../test/support/mosquitto.ts'
import type { BareJob, BareProgress } from './bare-fleet.ts'
import { childrenRunning, figuresOf } from './process-figures.ts'

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '18000' },
    workers: { type: 'string', default: '1' },
    brokers: { type: 'string', default: '1' },
    sources: { type: 'string' },
    seconds: { type: 'string', default: '90' },
    period: { type: 'string', default: '30' },
    alone: { type: 'boolean', default: false },
  },
})
const [devices, workers, brokers, seconds] = (
  ['devices', 'workers', 'brokers', 'seconds'] as const
).map((name) => Number(values[name])) as [number, number, number, number]
const DURATION_MS = seconds * 1_000
const RAMP_MS = DURATION_MS / 2
const EVERY_MS = Number(values.period) * 1_000
/** Brokers tell their counts each second or two, all before their uptime; longest wait for that. */
const COUNT_MS_MAX = 60_000
const UPTIME = '$SYS/broker/uptime'
const CONNECTED = '$SYS/broker/clients/connected'
const RECEIVED = '$SYS/broker/publish/messages/received'
/** Between looks at what a run costs, and between lines on standard error. */
const LOOK_MS = 1_000
const PROGRESS_MS = 15_000
/** The JSON of such a message: {"seq":1,"ts":1767225600000,"litres":12.5}. */
const PAYLOAD_BYTES = 42
const BARE_FLEET = fileURLToPath(new URL('./bare-fleet.ts', import.meta.url))

const SCENARIO = `
version: 1
name: ${devices} sockets
devices: ${devices}
ramp: { over: ${RAMP_MS}ms }
groups:
  meter:
    weight: 1
    clientId: 'meter-{index:06}'
    connect: { keepalive: 10m }
    publish:
      - topic: meters/{index:06}
        every: ${EVERY_MS}ms
        qos: 1
        payload: { fields: { litres: { sensor: counter, step: 0.5, spread: 0.1, decimals: 1 } } }
`

const whole = (value: number): string => Math.round(value).toLocaleString('en-US')

interface Cost {
  readonly deviceBytes: number
  readonly messageUs: number
}

/** What processes cost between the end of the ramp and the end, and what they hold then. */
class Meter {
  readonly #pids: () => readonly number[]
  #before: { rssBytes: number } | undefined
  #held: { cpuMs: number; acked: number } | undefined
  cost: Cost = { deviceBytes: Number.NaN, messageUs: Number.NaN }

  constructor(pids: () => readonly number[]) {
    this.#pids = pids
  }

  /** @param elapsedMs of the run; nothing is looked at before it begins. */
  look(elapsedMs: number, acked: number): void {
    if (elapsedMs === 0) return
    const pids = this.#pids()
    // What a worker has cost that has ended is not known any more.
    if (pids.length < workers) return
    const now = figuresOf(pids)
    this.#before ??= now
    if (elapsedMs < RAMP_MS + 2_000 || elapsedMs > DURATION_MS) return
    this.#held ??= { cpuMs: now.cpuMs, acked }
    const messages = acked - this.#held.acked
    if (messages === 0) return
    this.cost = {
      deviceBytes: (now.rssBytes - this.#before.rssBytes) / devices,
      messageUs: ((now.cpuMs - this.#held.cpuMs) * 1_000) / messages,
    }
  }
}

const peers = await Promise.all(
  Array.from({ length: brokers }, () => Mosquitto.start({ lines: ['sys_interval 1'] })),
)
const urls = peers.map(({ url }) => url)
const sources =
  values.sources === undefined
    ? loopbackSources(devices, urls)
    : Array.from({ length: Number(values.sources) }, (_, at) => `127.1.0.${at + 1}`)
try {
  const ours = await measureFleet()
  print([
    ['memory a device', kib(ours)],
    ['processor time a message', us(ours)],
  ])
  if (!values.alone) {
    const bare = await measureBare()
    const ratio = (ours.messageUs / bare.messageUs).toFixed(2)
    print([
      ['memory a bare socket', kib(bare)],
      ['processor time a message', `${us(bare)}; ours is ${ratio}x`],
    ])
  }
} finally {
  await Promise.all(peers.map((peer) => peer.remove()))
}

function kib({ deviceBytes }: Cost): string {
  return `${(deviceBytes / 1_024).toFixed(1)} KiB`
}

function us({ messageUs }: Cost): string {
  return `${messageUs.toFixed(0)} us`
}

function print(rows: readonly (readonly [string, string])[]): void {
  for (const [name, value] of rows) process.stdout.write(`${name.padEnd(26)}${value}\n`)
}

async function measureFleet(): Promise<Cost> {
  const plan = expand(parseScenario(SCENARIO, 'bench/sockets.ts'))
  const clock = { kind: 'real' } as const
  const where = { brokerUrls: urls, sources, link: undefined }
  const run = makeRun({ plan, clock, ...where, durationMs: DURATION_MS, drainMs: 5_000 }, workers)
  const startedAt = Date.now()
  const meter = new Meter(() => (workers === 1 ? [process.pid] : childrenRunning('worker-main')))
  let connectedMax = 0
  let onlineS = Infinity
  const progress = setInterval(() => {
    process.stderr.write(`${formatProgress(run.snapshot())}\n`)
  }, PROGRESS_MS)
  const watch = setInterval(() => {
    const { connected, acked, elapsedMs, phase } = run.snapshot()
    // A worker that has ended costs nothing any more.
    if (phase === 'running') meter.look(elapsedMs, acked)
    connectedMax = Math.max(connectedMax, connected)
    if (connected < devices * 0.99) return
    onlineS = Math.min(onlineS, elapsedMs / 1_000)
  }, LOOK_MS)
  const ended = run.run().finally(() => {
    clearInterval(watch)
    clearInterval(progress)
  })
  const counted = countsOf(peers, ended)
  const part = await ended
  const report = reportOfPart(part, plan, urls.join(','), startedAt)
  const { totals, latencyMs, lagMs, verdict, reasons } = report
  const { connectedMax: brokerClients, messages } = await counted
  print([
    ['devices', `${whole(devices)} over ${workers} workers, ${brokers} brokers`],
    ['source addresses', sources.length === 0 ? "the system's choice" : whole(sources.length)],
    ['most online at once', `${whole(connectedMax)}; the brokers saw ${whole(brokerClients)}`],
    ['99 % online after', `${onlineS.toFixed(1)} s of a ramp of ${RAMP_MS / 1_000} s`],
    ['published, acked, lost', [totals.published, totals.acked, totals.lost].map(whole).join(', ')],
    ['the brokers counted', `${whole(messages)} messages`],
    ['errors', whole(report.devices.errors)],
    ['latency p50, p99', `${latencyMs.p50.toFixed(1)}, ${latencyMs.p99.toFixed(1)} ms`],
    ['own lag p99', `${lagMs.p99.toFixed(1)} ms`],
    ['verdict', [verdict, ...reasons].join(', ')],
  ])
  return meter.cost
}

async function measureBare(): Promise<Cost> {
  const children = Array.from({ length: workers }, () => fork(BARE_FLEET))
  const meter = new Meter(() => children.flatMap(({ pid }) => pid ?? []))
  const seen = children.map((): BareProgress => ({ elapsedMs: 0, connected: 0, sent: 0, acked: 0 }))
  const sumOf = (key: keyof BareProgress): number => seen.reduce((sum, one) => sum + one[key], 0)
  const ended = children.map(async (child, first) => {
    child.on('message', (progress: BareProgress) => {
      seen[first] = progress
      meter.look(Math.min(...seen.map(({ elapsedMs }) => elapsedMs)), sumOf('acked'))
    })
    const times = { rampMs: RAMP_MS, durationMs: DURATION_MS, everyMs: EVERY_MS }
    const ports = peers.map(({ port }) => port)
    const share = { first, step: workers, devices, payloadBytes: PAYLOAD_BYTES }
    child.send({ ...share, ...times, ports, sources } satisfies BareJob)
    await once(child, 'exit')
  })
  await Promise.all(ended)
  const [connected, sent, acked] = [sumOf('connected'), sumOf('sent'), sumOf('acked')].map(whole)
  print([['bare sockets', `${connected} connected, ${sent} sent, ${acked} acknowledged`]])
  return meter.cost
}

/** What the brokers say themselves, until they have told the counts of all that came by `ended`. */
async function countsOf(
  mosquittos: readonly Mosquitto[],
  ended: Promise<unknown>,
): Promise<{ connectedMax: number; messages: number }> {
  const answers = await Promise.all(
    mosquittos.map(async ({ url }) => {
      const client = await connectAsync(url)
      const seen = { clients: 0, messages: 0 }
      client.on('message', (topic, payload) => {
        const value = Number(payload.toString())
        if (topic === CONNECTED) seen.clients = Math.max(seen.clients, value)
        if (topic === RECEIVED) seen.messages = value
      })
      await client.subscribe([UPTIME, CONNECTED, RECEIVED])
      await ended
      // The first may have been under way when the run ended.
      for (const _ of [1, 2, 3]) await told(client, UPTIME)
      await client.end()
      // This watcher is a client too.
      return { clients: seen.clients - 1, messages: seen.messages }
    }),
  )
  return {
    connectedMax: answers.reduce((sum, { clients }) => sum + clients, 0),
    messages: answers.reduce((sum, { messages }) => sum + messages, 0),
  }
}

function told(client: Client, wanted: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`a broker did not tell ${wanted} for ${COUNT_MS_MAX / 1_000} s`))
    }, COUNT_MS_MAX)
    const look = (topic: string): void => {
      if (topic !== wanted) return
      clearTimeout(timer)
      client.off('message', look)
      resolve()
    }
    client.on('message', look)
  })
}
