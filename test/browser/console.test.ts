// The console in a real browser, looking into a real broker with real clients and a real fleet.

import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connectAsync } from '@motewire/sdk'
import type { Client } from '@motewire/sdk'
import { requireComponent } from '../support/component.ts'
import { launchBrowser, visit } from '../support/console-browser.ts'
import type { Visit } from '../support/console-browser.ts'
import { raiseStage } from '../support/console-stage.ts'
import type { Stage } from '../support/console-stage.ts'

const WAIT = { timeout: 10_000 }

describe.runIf(requireComponent('chromium'))('the console in a browser', () => {
  let stage: Stage
  let browser: Browser
  let now: Visit
  let clients: Client[] = []

  beforeAll(async () => {
    stage = await raiseStage()
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser.close()
    await stage.strike()
  })

  beforeEach(async () => {
    now = await visit(browser, stage.url)
  })

  afterEach(async () => {
    await now.close()
    await Promise.all(clients.map((client) => client.end()))
    clients = []
  })

  async function join(clientId: string): Promise<Client> {
    const client = await connectAsync(stage.brokerUrl, { clientId, protocolVersion: 5 })
    clients.push(client)
    return client
  }

  it('shows on the overview what the broker counts', async () => {
    const { page } = now
    const connected = page.locator('.figure', { hasText: 'Clients connected' }).locator('.value')
    await expect.poll(() => connected.textContent(), WAIT).toBe('20')
    await join('one-more')
    await expect.poll(() => connected.textContent(), WAIT).toBe('21')
    const rate = page.locator('.figure', { hasText: 'Messages in' }).locator('.value')
    await expect.poll(async () => numberIn(await rate.textContent()), WAIT).toBeGreaterThan(10)
    await page.getByRole('img', { name: /Messages a second/ }).waitFor()
    await page.getByText('20 of 20 connected').waitFor()
    await page
      .getByRole('link', { name: /greenhouse\/bed-\d+\/soil/ })
      .first()
      .click()
    await page.getByRole('heading', { name: 'Last payload' }).waitFor()
    expect(await page.title()).toBe('Topics · test house')
  })

  it('shows the rates of an hour, and the last minutes of a topic and of a client', async () => {
    const { page, go } = now
    await page.getByRole('radio', { name: '1 h', exact: true }).check()
    await page.getByRole('img', { name: /Messages a second, 1 h/ }).waitFor()
    await page.reload()
    await expect
      .poll(() => page.getByRole('radio', { name: '1 h', exact: true }).isChecked(), WAIT)
      .toBe(true)
    for (const row of ['#/topics?open=greenhouse/bed-00/soil', '#/clients?open=bed-0']) {
      await go(row)
      const panel = page.getByRole('complementary')
      await panel.getByRole('img', { name: /Messages a second, 5 min/ }).waitFor()
    }
  })

  it('finds a client, shows its subscriptions, and disconnects it when asked twice', async () => {
    const client = await join('pump-7')
    await client.subscribe('pump/7/#', { qos: 1 })
    const { page, go } = now
    await go('#/clients')
    await page.getByRole('searchbox').fill('PUMP')
    await page.getByRole('link', { name: 'pump-7' }).click()
    const panel = page.getByRole('complementary', { name: 'pump-7' })
    await panel.getByText('pump/7/#', { exact: true }).waitFor()
    await panel.getByText('MQTT 5.0').waitFor()
    await panel.getByRole('button', { name: 'Disconnect' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    expect(client.connected).toBe(true)
    const lost = new Promise((resolve) => client.on('offline', resolve))
    await panel.getByRole('button', { name: 'Disconnect' }).click()
    await dialog.getByRole('button', { name: 'Disconnect' }).click()
    await lost
    await dialog.waitFor({ state: 'detached' })
    // Until it is back, nobody knows a client that left no session.
    now.forgive('404 (Not Found)')
  })

  it('counts a topic in and out, and names who gets it by which filter and QoS', async () => {
    const [publisher, reader, archive] = await Promise.all(
      ['publisher', 'reader', 'archive'].map(join),
    )
    await reader?.subscribe('press/+/bar', { qos: 1 })
    await archive?.subscribe('press/#', { qos: 2 })
    for (let count = 1; count <= 10; count++) {
      await publisher?.publishAsync('press/4/bar', JSON.stringify({ bar: count }), { qos: 1 })
    }
    const { page, go } = now
    await go('#/topics?search=press')
    const row = page.getByRole('row', { name: /press\/4\/bar/ })
    await expect
      .poll(() => row.getByRole('cell').allTextContents(), WAIT)
      .toEqual(expect.arrayContaining(['press/4/bar', '10', '20', '2']))
    await row.getByRole('link').click()
    const panel = page.getByRole('complementary', { name: 'press/4/bar' })
    const named = panel.getByRole('listitem')
    await expect
      .poll(async () => (await named.allTextContents()).toSorted(), WAIT)
      .toEqual([
        'archivepress/#10 delivered, 0 unacknowledgedQoS 2',
        expect.stringMatching(/^publisher10 messages/),
        'readerpress/+/bar10 delivered, 0 unacknowledgedQoS 1',
      ])
    expect(await panel.locator('pre').textContent()).toBe('{\n  "bar": 10\n}')
    await panel.getByText('Hex', { exact: true }).first().click()
    expect(await panel.locator('pre').textContent()).toMatch(/^0000 {2}7b 22 62 61 72 22 3a 31 /)
    await panel.getByRole('link', { name: 'archive' }).click()
    const archived = page.getByRole('complementary', { name: 'archive' })
    await archived.getByText('press/#', { exact: true }).waitFor()
  })

  it('orders topics by a column and back, and keeps that over a reload', async () => {
    const { page, go } = now
    await go('#/topics?search=lamp')
    const names = page.locator('td.name a')
    const sorted = ['00', '01', '02', '03', '04'].map((index) => `greenhouse/lamp-${index}/power`)
    await expect.poll(() => names.allTextContents(), WAIT).toEqual(sorted)
    await page.getByRole('button', { name: 'Topic' }).click()
    await expect.poll(() => names.allTextContents(), WAIT).toEqual(sorted.toReversed())
    await page.reload()
    await expect.poll(() => names.allTextContents(), WAIT).toEqual(sorted.toReversed())
    await page.getByRole('button', { name: 'Rate' }).click()
    const head = page.getByRole('columnheader', { name: 'Rate' })
    await expect.poll(() => head.getAttribute('aria-sort'), WAIT).toBe('descending')
  })

  it('publishes bytes as they were typed, with the QoS and retain that were chosen', async () => {
    const reader = await join('byte-reader')
    await reader.subscribe('valve/+', { qos: 2 })
    const received = new Promise<unknown[]>((resolve) =>
      reader.on('message', (topic, payload, { qos }) => resolve([topic, [...payload], qos])),
    )
    const { page } = now
    await page.getByRole('button', { name: 'Publish' }).click()
    const dialog = page.getByRole('dialog', { name: 'Publish a message' })
    await dialog.getByLabel('Topic').fill('valve/3')
    await dialog.getByText('Hex', { exact: true }).click()
    await dialog.getByLabel('Payload').fill('00 ff 7')
    await dialog.getByText('QoS 2', { exact: true }).click()
    await dialog.getByLabel('Retain').check()
    await dialog.getByRole('button', { name: 'Send' }).click()
    await dialog.getByText('Failed: payload of 7 characters is not hex.').waitFor()
    now.forgive('400 (Bad Request)')
    await dialog.getByLabel('Payload').fill('00 ff 7f')
    await dialog.getByLabel('Payload').press('Control+Enter')
    await dialog.getByText('Published 3 B to valve/3.').waitFor()
    expect(await received).toEqual(['valve/3', [0x00, 0xff, 0x7f], 2])
    expect(stage.broker.topic('valve/3')?.retainedPayload).toHaveLength(3)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  it('shows the fleet: devices, groups, confirmed messages, latencies', async () => {
    const { page, go } = now
    await go('#/fleet')
    await page.getByText('20 of 20 connected').waitFor()
    await page.getByRole('cell', { name: '15 / 15' }).waitFor()
    const acked = page.locator('.figure', { hasText: 'Acknowledged' }).locator('.value')
    const before = numberIn(await acked.textContent())
    await expect.poll(async () => numberIn(await acked.textContent()), WAIT).toBeGreaterThan(before)
    await page.getByRole('heading', { name: 'Time to acknowledgement' }).waitFor()
    expect(await page.getByRole('definition').count()).toBeGreaterThan(14)
  })

  it('shows the bridges with both ends', async () => {
    const { page, go } = now
    await go('#/bridges')
    await page.getByText('port /dev/ttyACM1 went away').waitFor()
    expect(await page.locator('.bridge-end .state').allTextContents()).toEqual([
      'open',
      'open',
      'not there',
      'waits for the other end',
    ])
  })
})

/** `1,234` as a number. */
function numberIn(text: string | null): number {
  return Number((text ?? '').replaceAll(',', ''))
}
