// npm run bench:console [-- --seconds 600]: the console under load. Another process runs the broker
// and the console; this one publishes 5,000 messages a second on 3,000 topics, subscribes to all of
// them, and types into the page as a visitor would. First without a page, then with it open; a line
// of figures each ten seconds. Ends with 1 when a key waited 200 ms or longer, the page's heap grew
// on, or the subscriber noticed.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { CDPSession, Page } from 'playwright-core'
import { connectAsync } from '@motewire/sdk'
import type { Client } from '@motewire/sdk'
import { LatencyHistogram } from '../simulator/report/latency-histogram.ts'
import { launchBrowser, visit } from '../test/support/console-browser.ts'
import type { PeerAddress } from './console-load-peer.ts'

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    rate: { type: 'string', default: '5000' },
    topics: { type: 'string', default: '3000' },
  },
})
const SECONDS = Number(flags.seconds)
const RATE = Number(flags.rate)
const TOPICS = Array.from({ length: Number(flags.topics) }, (_, i) => `plant/${i % 30}/sensor-${i}`)

const TICK_MS = 10
const BASELINE_MS = 10_000
const KEY_EVERY_MS = 250
const PAGE_EVERY_MS = 10_000
const KEY_MS_MAX = 200
/** Growth of the heap, after collecting garbage, from the first half of the run to the second. */
const HEAP_GROWTH_MAX = 1.25
/** How much later the subscriber's 99th percentile may be than without a page. */
const LATER_MS_MAX = 50

interface Visited {
  /** Key pressed to the frame that shows it painted. */
  readonly keys: LatencyHistogram
  /** How old messages were when the subscriber had them. */
  readonly delays: LatencyHistogram
  readonly heapBytes: number[]
}

/** Publishes at RATE whatever the page does, and measures how old messages are when they arrive. */
class Traffic {
  #delays = new LatencyHistogram()
  #takenAt = performance.now()
  sent = 0
  received = 0
  readonly #publisher: Client
  readonly #timer: NodeJS.Timeout

  constructor(publisher: Client, subscriber: Client) {
    this.#publisher = publisher
    subscriber.on('message', (_topic, payload) => {
      this.received++
      this.#delays.record(performance.now() - JSON.parse(payload.toString()).at)
    })
    const beganAt = performance.now()
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - beganAt) / 1_000) * RATE)
      while (this.sent < due) this.#publish()
    }, TICK_MS)
  }

  #publish(): void {
    const topic = TOPICS[this.sent % TOPICS.length] ?? ''
    const reading = { at: performance.now(), value: this.sent % 1_000 }
    this.#publisher.publish(topic, JSON.stringify(reading), { qos: 0 })
    this.sent++
  }

  /** The delays since the last call, and how many messages a second they were of. */
  take(): { readonly delays: LatencyHistogram; readonly perSecond: number } {
    const delays = this.#delays
    const seconds = (performance.now() - this.#takenAt) / 1_000
    this.#delays = new LatencyHistogram()
    this.#takenAt = performance.now()
    return { delays, perSecond: delays.count / seconds }
  }

  /** Publishes no more; resolves when what is under way has arrived, or nothing comes any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    let before = -1
    while (this.received < this.sent && this.received !== before) {
      before = this.received
      await pause(1_000)
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Runs in the page: writes down how long each key took until the frame after it was painted. */
const WATCH_KEYS = `
  const waits = []
  globalThis.takeKeyWaits = () => waits.splice(0)
  addEventListener('keydown', ({ timeStamp }) => requestAnimationFrame(() => {
    const painted = new MessageChannel()
    painted.port1.onmessage = () => waits.push(performance.now() - timeStamp)
    painted.port2.postMessage(0)
  }), { capture: true })
  undefined`

async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage')
  return (await session.send('Runtime.getHeapUsage')).usedSize
}

/** Connects the workbench and hears everything. */
async function connectWorkbench(page: Page, brokerUrl: string): Promise<void> {
  await page.getByLabel('Address').fill(brokerUrl)
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.locator('.bench-link').getByText('Connected').waitFor()
  const form = page.locator('form.subscribe')
  await form.getByLabel('Filter').fill('#')
  await form.getByRole('button', { name: 'Subscribe' }).click()
  await page.locator('.filters li', { hasText: '#' }).getByTitle('granted').waitFor()
}

/** A visitor who goes from page to page and types into the search of each. */
async function wander(page: Page, session: CDPSession, heard: Traffic): Promise<Visited> {
  const visited: Visited = {
    keys: new LatencyHistogram(),
    delays: new LatencyHistogram(),
    heapBytes: [],
  }
  const endsAt = performance.now() + SECONDS * 1_000
  const origin = new URL(page.url()).origin
  for (let turn = 0; performance.now() < endsAt; turn++) {
    await page.goto(`${origin}/#/${turn % 2 === 0 ? 'workbench' : 'topics'}`)
    const search = page.getByRole('searchbox').last()
    await search.click()
    const leavesAt = Math.min(endsAt, performance.now() + PAGE_EVERY_MS)
    for (let key = 0; performance.now() < leavesAt; key++) {
      await page.keyboard.press(key % 4 < 2 ? '1' : 'Backspace')
      await pause(KEY_EVERY_MS)
    }
    await report(page, session, heard, visited)
  }
  return visited
}

/** One line of figures since the last one; they are added to what was visited. */
async function report(
  page: Page,
  session: CDPSession,
  heard: Traffic,
  visited: Visited,
): Promise<void> {
  const keys = new LatencyHistogram()
  for (const wait of await page.evaluate<number[]>('takeKeyWaits()')) keys.record(wait)
  const { delays, perSecond } = heard.take()
  const heapBytes = await heapOf(session)
  visited.keys.merge(keys)
  visited.delays.merge(delays)
  visited.heapBytes.push(heapBytes)
  const ms = (histogram: LatencyHistogram, percent: number): string =>
    histogram.percentile(percent).toFixed(0)
  console.log(
    `${new URL(page.url()).hash.padEnd(12)} ${perSecond.toFixed(0)} messages/s` +
      `  key p50 ${ms(keys, 50)} p99 ${ms(keys, 99)} max ${ms(keys, 100)} ms` +
      `  subscriber p99 ${ms(delays, 99)} ms  heap ${(heapBytes / 1e6).toFixed(1)} MB`,
  )
}

function told(name: string, histogram: LatencyHistogram): void {
  const at = (percent: number): string => histogram.percentile(percent).toFixed(1)
  const figures = `p50 ${at(50)}  p99 ${at(99)}  max ${at(100)} ms  (${histogram.count})`
  console.log(`${name.padEnd(28)} ${figures}`)
}

/** What crossed a threshold, one line each. */
function faults(quiet: LatencyHistogram, visited: Visited): string[] {
  const half = Math.ceil(visited.heapBytes.length / 2)
  const first = Math.max(...visited.heapBytes.slice(0, half))
  const second = Math.max(...visited.heapBytes.slice(half))
  const found: string[] = []
  if (visited.keys.count === 0) found.push('no key was measured')
  if (visited.keys.percentile(100) >= KEY_MS_MAX) found.push(`a key waited ${KEY_MS_MAX} ms`)
  if (second > first * HEAP_GROWTH_MAX) found.push(`the heap grew from ${first} to ${second} bytes`)
  const later = visited.delays.percentile(99) - quiet.percentile(99)
  if (later > LATER_MS_MAX) found.push(`the subscriber hears ${later.toFixed(0)} ms later`)
  return found
}

const peer = fork(fileURLToPath(new URL('./console-load-peer.ts', import.meta.url)))
const [{ brokerUrl, consoleUrl }] = (await once(peer, 'message')) as [PeerAddress]
const subscriber = await connectAsync(brokerUrl, { clientId: 'healthy' })
await subscriber.subscribe('#', { qos: 0 })
const publisher = await connectAsync(brokerUrl, { clientId: 'plant' })
const traffic = new Traffic(publisher, subscriber)
const browser = await launchBrowser()
try {
  await pause(BASELINE_MS)
  const { delays: quiet } = traffic.take()
  const { page, go, close } = await visit(browser, consoleUrl)
  await page.evaluate(WATCH_KEYS)
  const session = await page.context().newCDPSession(page)
  await go('#/workbench')
  await connectWorkbench(page, brokerUrl)
  const visited = await wander(page, session, traffic)
  await close()
  await traffic.stop()
  told('subscriber, no page', quiet)
  told('subscriber, page open', visited.delays)
  told('key to painted frame', visited.keys)
  console.log(`sent ${traffic.sent}, received ${traffic.received}`)
  const found = faults(quiet, visited)
  if (traffic.received < traffic.sent) found.push('the subscriber missed messages')
  for (const fault of found) console.log(`FAULT: ${fault}`)
  process.exitCode = found.length > 0 ? 1 : 0
} finally {
  await browser.close()
  await Promise.all([publisher.end(), subscriber.end()])
  peer.disconnect()
}
