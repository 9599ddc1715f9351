// npm run screenshots -- FOLDER [PAGE...]: a picture of each page of the console in both themes and
// both languages, and on a phone, to be looked at. What runs behind it is real: a broker with
// users, queues, sessions and two virtual hosts, and a fleet of twenty devices.

import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import type { LinkView } from '@motewire/console'
import { connectAsync } from '@motewire/sdk'
import type { Client } from '@motewire/sdk'
import { UserGate } from '@motewire/simulator/broker'
import { PAGES } from '../../console/page/page-names.ts'
import { ask, askJson, WRITING } from '../support/console-client.ts'
import { launchBrowser, visit } from '../support/console-browser.ts'
import { raiseStage } from '../support/console-stage.ts'
import type { Stage } from '../support/console-stage.ts'

const OPEN = {
  topics: 'greenhouse/bed-03/soil',
  clients: 'reader',
  queues: '$queue/jobs',
  sessions: 'reader',
  retained: 'greenhouse/lamp-01/power',
} as const

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
const browser = await launchBrowser()
const resident = await people(stage)
const device = await deviceOnLink(stage)
try {
  for (const locale of ['en-US', 'zh-CN']) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await picture(browser, stage, { locale, colorScheme, size: 'desk' })
    }
  }
  await picture(browser, stage, { locale: 'en-US', colorScheme: 'light', size: 'phone' })
} finally {
  device.destroy()
  await resident.end()
  await browser.close()
  await stage.strike()
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
  { url }: Stage,
  options: {
    readonly locale: string
    readonly colorScheme: 'light' | 'dark'
    readonly size: 'desk' | 'phone'
  },
): Promise<void> {
  const { locale, colorScheme, size } = options
  const viewport = size === 'desk' ? { width: 1280, height: 860 } : { width: 390, height: 844 }
  const { page, go, close } = await visit(chromium, url, { locale, colorScheme, viewport })
  for (const name of PAGES) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    const open = name in OPEN ? `?open=${encodeURIComponent(OPEN[name as keyof typeof OPEN])}` : ''
    await go(`#/${name}${size === 'desk' ? open : ''}`)
    await page.locator('.page-head').waitFor()
    // Two snapshots of the stream: then everything that is asked for has come.
    await page.waitForResponse(/\/api\/v1\//, { timeout: 3_000 }).catch(() => undefined)
    await page.locator('.card').first().waitFor()
    const path = join(folder, `${name}-${locale.slice(0, 2)}-${colorScheme}-${size}.png`)
    await page.screenshot({ path })
  }
  await close()
}
