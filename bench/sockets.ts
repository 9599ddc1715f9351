// A fleet on real sockets against real Mosquittos on this machine: how many devices one process, or
// several, can hold, what a device costs, and whether the brokers counted what we did.
//
//   npx tsx --conditions=dev bench/sockets.ts [devices] [workers] [brokers] [seconds]
//
// Defaults: 18,000 devices, 1 worker, 1 broker, 60 seconds of which the first half is the ramp.
// Each device sends a QoS 1 message every 30 seconds.

import { performance } from 'node:perf_hooks'
import { connectAsync } from '@motewire/sdk'
import { loopbackSources, makeRun, reportOfPart } from '@motewire/simulator'
import { expand, parseScenario } from '@motewire/simulator/scenario'
import { Mosquitto } from '../test/support/mosquitto.ts'

const [devices = 18_000, workers = 1, brokers = 1, seconds = 60] = process.argv.slice(2).map(Number)

const SCENARIO = `
version: 1
name: ${devices} sockets
devices: ${devices}
ramp: { over: ${seconds / 2}s }
groups:
  meter:
    weight: 1
    clientId: 'meter-{index:06}'
    connect: { keepalive: 2m }
    publish:
      - topic: meters/{index:06}
        every: 30s
        qos: 1
        payload: { fields: { litres: { sensor: counter, step: 0.5, spread: 0.1, decimals: 1 } } }
`

const peers = await Promise.all(
  Array.from({ length: brokers }, () => Mosquitto.start({ lines: ['sys_interval 1'] })),
)
try {
  await measure(peers)
} finally {
  await Promise.all(peers.map((peer) => peer.remove()))
}

async function measure(mosquittos: readonly Mosquitto[]): Promise<void> {
  const plan = expand(parseScenario(SCENARIO, 'bench/sockets.ts'))
  const brokerUrls = mosquittos.map(({ url }) => url)
  const sources = loopbackSources(devices, brokerUrls)
  const durationMs = seconds * 1_000
  const clock = { kind: 'real' } as const
  const spec = { plan, clock, brokerUrls, sources, durationMs, drainMs: 5_000, link: undefined }
  const rssBefore = process.memoryUsage.rss()
  const run = makeRun(spec, workers)
  const startedAt = Date.now()
  const startMs = performance.now()
  const cpuBefore = process.cpuUsage()
  let peakRss = 0
  let connectedMax = 0
  let onlineS = Infinity
  const watch = setInterval(() => {
    const { connected } = run.snapshot()
    peakRss = Math.max(peakRss, process.memoryUsage.rss())
    connectedMax = Math.max(connectedMax, connected)
    if (connected >= devices * 0.99) {
      onlineS = Math.min(onlineS, (performance.now() - startMs) / 1_000)
    }
  }, 250)
  const counted = countsOf(mosquittos, durationMs)
  const part = await run.run().finally(() => clearInterval(watch))
  const cpu = process.cpuUsage(cpuBefore)
  const report = reportOfPart(part, plan, brokerUrls.join(','), startedAt)
  const { totals, latencyMs, lagMs, verdict, reasons } = report
  const { connectedMax: brokerClients, messages } = await counted
  const whole = (value: number): string => Math.round(value).toLocaleString('en-US')
  const cpuS = (cpu.user + cpu.system) / 1e6
  const rows: [string, string][] = [
    ['devices', `${whole(devices)} over ${workers} workers, ${brokers} brokers`],
    ['most online at once', `${whole(connectedMax)}; the brokers saw ${whole(brokerClients)}`],
    ['99 % online after', `${onlineS.toFixed(1)} s of a ramp of ${seconds / 2} s`],
    ['published, acked, lost', [totals.published, totals.acked, totals.lost].map(whole).join(', ')],
    ['the brokers counted', `${whole(messages)} messages`],
    ['errors', whole(report.devices.errors)],
    ['latency p50, p99', `${latencyMs.p50.toFixed(1)}, ${latencyMs.p99.toFixed(1)} ms`],
    ['own lag p99', `${lagMs.p99.toFixed(1)} ms`],
    ['verdict', [verdict, ...reasons].join(', ')],
  ]
  if (workers === 1) {
    rows.push(['memory a device', `${((peakRss - rssBefore) / devices / 1_024).toFixed(1)} KiB`])
    rows.push(['processor', `${cpuS.toFixed(1)} s, connecting included`])
  }
  for (const [name, value] of rows) process.stdout.write(`${name.padEnd(26)}${value}\n`)
}

/** What the brokers say themselves, until some time after the run. */
async function countsOf(
  mosquittos: readonly Mosquitto[],
  durationMs: number,
): Promise<{ connectedMax: number; messages: number }> {
  const answers = await Promise.all(
    mosquittos.map(async ({ url }) => {
      const client = await connectAsync(url)
      const seen = { clients: 0, messages: 0 }
      client.on('message', (topic, payload) => {
        const value = Number(payload.toString())
        if (topic.endsWith('connected')) seen.clients = Math.max(seen.clients, value)
        else seen.messages = value
      })
      await client.subscribe([
        '$SYS/broker/clients/connected',
        '$SYS/broker/publish/messages/received',
      ])
      await new Promise<void>((resolve) => {
        setTimeout(resolve, durationMs + 10_000)
      })
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
