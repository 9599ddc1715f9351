// npm run screenshots -- FOLDER [SCENE...]: a picture of each page of the console in both themes
// and both languages, and on a phone, to be looked at; and of what a page shows when there is
// nothing yet. What runs behind it is real: a broker with users, queues, sessions and two virtual
// hosts, a fleet of twenty devices, a connection of the workbench, and another broker with moving
// vehicles.

import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { ConsoleServer } from '@motewire/console'
import type { ConnectionView, LinkView } from '@motewire/console'
import { connectAsync } from '@motewire/sdk'
import type { Client } from '@motewire/sdk'
import { Broker, LiveConfig, UserGate } from '@motewire/simulator/broker'
import { PAGES } from '../../console/page/page-names.ts'
import { ask, askJson, WRITING } from '../support/console-client.ts'
import { launchBrowser, visit } from '../support/console-browser.ts'
import { raiseStage } from '../support/console-stage.ts'
import type { Stage } from '../support/console-stage.ts'

const OPEN: Readonly<Record<string, string>> = {
  topics: 'greenhouse/bed-03/soil',
  clients: 'reader',
  queues: '$queue/jobs',
  sessions: 'reader',
  retained: 'greenhouse/lamp-01/power',
}

/** What is pictured besides each page of the stage with a row open. */
const FURTHER: readonly (readonly [scene: string, hash: string])[] = [
  ['overview-day', '#/overview?span=24h'],
  ['clients-list', '#/clients'],
  ['topics-list', '#/topics'],
  ['topics-missed', '#/topics?search=nowhere'],
  ['links-new', '#/links?open=new'],
  ['workbench-new', '#/workbench?open=new'],
]

/** Pages that look otherwise where nothing has happened yet. */
const FRESH = ['clients', 'topics', 'queues', 'sessions', 'access', 'links', 'fleet', 'bridges']

interface Scene {
  readonly name: string
  readonly url: string
  readonly hash: string
}

const [folder = 'screenshots', ...wanted] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })

const user = (password: string, groups: readonly string[]) => ({
  credential: { kind: 'plain', password } as const,
  groups,
})
const gatekeeper = new UserGate({
  users: new Map([
    ['admin', user('password', ['admins'])],
    ['pump', user('password', ['devices'])],
  ]),
  allowAnonymous: true,
  rules: [
    {
      subject: { kind: 'everyone' },
      permission: 'readwrite',
      filter: '$queue/#',
      isPattern: false,
    },
    { subject: { kind: 'everyone' }, permission: 'readwrite', filter: '#', isPattern: false },
    {
      subject: { kind: 'group', name: 'devices' },
      permission: 'deny',
      filter: 'admin/#',
      isPattern: false,
    },
  ],
})
const stage = await raiseStage({ gatekeeper, virtualHosts: ['main', 'lab'] })
const fresh = await raiseFresh()
const moving = await raiseFresh()
await drive(moving)
const browser = await launchBrowser()
const resident = await people(stage)
const device = await deviceOnLink(stage)
await watch(stage)
const scenes: readonly Scene[] = [
  ...PAGES.map((name): Scene => {
    const row = OPEN[name]
    const hash = row === undefined ? `#/${name}` : `#/${name}?open=${encodeURIComponent(row)}`
    return { name, url: stage.url, hash }
  }),
  ...FURTHER.map(([name, hash]): Scene => ({ name, url: stage.url, hash })),
  ...FRESH.map((name): Scene => ({ name: `${name}-fresh`, url: fresh.url, hash: `#/${name}` })),
  { name: 'hosts-settings', url: fresh.url, hash: '#/hosts' },
  { name: 'fleet-map', url: moving.url, hash: '#/fleet' },
].filter(({ name }) => wanted.length === 0 || wanted.includes(name))
try {
  for (const locale of ['en-US', 'zh-CN']) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await picture(browser, { locale, colorScheme, size: 'desk' })
    }
  }
  await picture(browser, { locale: 'en-US', colorScheme: 'light', size: 'phone' })
  await picture(browser, { locale: 'zh-CN', colorScheme: 'dark', size: 'phone' })
} finally {
  device.destroy()
  await resident.end()
  await browser.close()
  await stage.strike()
  await fresh.strike()
  await moving.strike()
}

/** A broker that nobody has used. */
async function raiseFresh(): Promise<Pick<Stage, 'url' | 'strike'>> {
  const broker = new Broker({ port: 0, systemIntervalMs: 0 })
  const fleetBroker = `mqtt://127.0.0.1:${(await broker.start()).port}`
  const server = new ConsoleServer({
    broker,
    config: new LiveConfig(broker, undefined),
    fleetBroker,
  })
  const { url } = await server.start()
  const strike = async (): Promise<void> => {
    await server.stop()
    await broker.stop()
  }
  return { url, strike }
}

/** Vehicles that a visitor started. */
async function drive({ url }: Pick<Stage, 'url'>): Promise<void> {
  const body = { kind: 'vehicle', devices: 40, everyMs: 1000, link: 'lte-m' }
  await askJson(`${url}api/v1/fleet`, { method: 'POST', headers: WRITING, body })
}

/** A connection of the workbench that hears the greenhouse. */
async function watch({ url, brokerUrl }: Stage): Promise<void> {
  const connections = `${url}api/v1/connections`
  const post = (body: unknown): object => ({ method: 'POST', headers: WRITING, body })
  const body = { url: brokerUrl, name: 'greenhouse' }
  const { id } = await askJson<ConnectionView>(connections, post(body))
  for (const filter of ['greenhouse/+/soil', 'greenhouse/lamp-01/#']) {
    await ask(`${connections}/${id}/subscribe`, post({ filter, qos: 1 }))
  }
  await ask(`${connections}/${id}/recordings`, post({ filter: 'greenhouse/lamp-01/#' }))
}

/** Somebody on each page; who stays is answered. */
async function people({ brokerUrl, broker }: Stage): Promise<Client> {
  const reader = await connectAsync(brokerUrl, {
    clientId: 'reader',
    protocolVersion: 5,
    clean: false,
    properties: { sessionExpiryInterval: 3600 },
    will: { topic: 'reader/status', payload: 'gone', qos: 1, retain: false },
  })
  await reader.subscribe('greenhouse/+/soil', { qos: 1 })
  await reader.end()
  const worker = await connectAsync(brokerUrl, { clientId: 'worker', protocolVersion: 5 })
  for (let job = 1; job <= 12; job++) {
    await worker.publishAsync('$queue/jobs', JSON.stringify({ job }), { qos: 1 })
  }
  await worker.subscribe('$share/crew/greenhouse/#', { qos: 1 })
  broker.publish('plan/today', Buffer.from('water all beds'), { qos: 1, retain: true })
  return worker
}

/** A device that talks to a TCP server which the console holds. */
async function deviceOnLink({ url }: Stage): Promise<Socket> {
  const link = `${url}api/v1/links`
  const question = { method: 'POST', headers: WRITING, body: { kind: 'tcp-server' } }
  const { id, name } = await askJson<LinkView>(link, question)
  const rules = [{ pattern: '01 03', reply: '01 03 02 00 2a', delayMs: 5 }]
  await ask(`${link}/${id}/replies`, { method: 'PUT', headers: WRITING, body: { rules } })
  const socket = connect(Number(/:(\d+)$/.exec(name)?.[1]), '127.0.0.1')
  socket.write('bed 3: 41 % 湿度\r\n')
  socket.write(Buffer.from('010300000001840a', 'hex'))
  await once(socket, 'data')
  return socket
}

async function picture(
  chromium: Browser,
  options: {
    readonly locale: string
    readonly colorScheme: 'light' | 'dark'
    readonly size: 'desk' | 'phone'
  },
): Promise<void> {
  const { locale, colorScheme, size } = options
  const viewport = size === 'desk' ? { width: 1280, height: 860 } : { width: 390, height: 844 }
  const look = { locale, colorScheme, viewport, reducedMotion: 'reduce' } as const
  for (const url of new Set(scenes.map((scene) => scene.url))) {
    const { page, go, close } = await visit(chromium, url, look)
    for (const scene of scenes) {
      if (scene.url !== url) continue
      await go(scene.hash)
      await page.locator('.page-head').waitFor()
      // Two snapshots of the stream: then everything that is asked for has come.
      await page.waitForResponse(/\/api\/v1\//, { timeout: 3_000 }).catch(() => undefined)
      await page.locator('.card').first().waitFor()
      const name = `${scene.name}-${locale.slice(0, 2)}-${colorScheme}-${size}.png`
      await page.screenshot({ path: join(folder, name), fullPage: true })
    }
    await close()
  }
}
