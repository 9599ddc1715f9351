// The tools of the workbench in a real browser: charts of numbers, and scripts.

import { readFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ConsoleServer } from '@motewire/console'
import { Broker } from '@motewire/simulator/broker'
import { requireComponent } from '../support/component.ts'
import { launchBrowser, visit } from '../support/console-browser.ts'
import type { Visit } from '../support/console-browser.ts'
import { connectTo, subscribeTo } from '../support/workbench-page.ts'

const WAIT = { timeout: 10_000 }

describe.runIf(requireComponent('chromium'))('the tools of the workbench', () => {
  let broker: Broker
  let brokerUrl: string
  let server: ConsoleServer
  let browser: Browser
  let now: Visit

  beforeAll(async () => {
    browser = await launchBrowser()
  })

  afterAll(() => browser.close())

  beforeEach(async () => {
    broker = new Broker({ port: 0 })
    brokerUrl = `mqtt://127.0.0.1:${(await broker.start()).port}`
    server = new ConsoleServer()
    now = await visit(browser, (await server.start()).url)
    await now.go('#/workbench')
    await connectTo(now.page, brokerUrl)
  })

  afterEach(async () => {
    await now.close()
    await server.stop()
    await broker.stop()
  })

  function publish(topic: string, payload: string): void {
    broker.publish(topic, Buffer.from(payload), { qos: 0, retain: false })
  }

  it('draws the numbers of a field, a line a topic, and saves the same as CSV', async () => {
    const { page } = now
    await subscribeTo(page, 'm/#', '0')
    const form = page.locator('form.series-form')
    await form.getByLabel('Topic or filter').fill('m/+')
    await form.getByLabel('Field').fill('air[0].t')
    await form.getByRole('button', { name: 'Draw' }).click()
    await page.getByText('No message with such a number has come in yet.').waitFor()
    for (const value of [20, 21, 22.5]) publish('m/1', `{"air":[{"t":${value}}]}`)
    publish('m/2', '{"air":[{"t":-7}]}')
    publish('m/2', '{"air":"none"}')
    const legend = page.locator('.line-chart .line-key')
    const named = ['m/1 air[0].t 22.5', 'm/2 air[0].t -7']
    await expect.poll(() => legend.allTextContents(), WAIT).toEqual(named)
    expect(await page.evaluate<number>(INKED)).toBeGreaterThan(500)
    // By the keyboard: from the newest point to the one before it.
    const plot = page.locator('.plot')
    await plot.press('ArrowLeft')
    await plot.press('ArrowLeft')
    await expect.poll(() => legend.first().textContent(), WAIT).toBe('m/1 air[0].t 22.5')
    await plot.press('ArrowLeft')
    await expect.poll(() => legend.first().textContent(), WAIT).toBe('m/1 air[0].t 21')
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as CSV' }).click(),
    ])
    const lines = readFileSync(await file.path(), 'utf8')
      .trim()
      .split('\r\n')
    expect(lines.map((line) => line.split(',').slice(1).join(' '))).toEqual([
      'topic field value',
      'm/1 air[0].t 20',
      'm/1 air[0].t 21',
      'm/1 air[0].t 22.5',
      'm/2 air[0].t -7',
    ])
    // Paused, it stays as it is; a reload finds what the console has kept.
    await page.locator('.chart-head').getByLabel('Pause').check()
    publish('m/1', '{"air":[{"t":30}]}')
    await page.locator('.message-line', { hasText: '30' }).waitFor()
    expect(await legend.first().textContent()).toBe('m/1 air[0].t 21')
    await page.reload()
    await expect.poll(() => legend.first().textContent(), WAIT).toBe('m/1 air[0].t 30')
    await form.getByLabel('Topic or filter').fill('m/#/x')
    await form.getByRole('button', { name: 'Draw' }).click()
    await form.getByText("Failed: filter 'm/#/x' has '#' before its end.").waitFor()
    now.forgive('400 (Bad Request)')
    await page.getByRole('button', { name: 'Draw m/+ air[0].t no more' }).click()
    await page.locator('.line-chart').waitFor({ state: 'detached' })
  })
})

/** How many points of the plot are drawn. */
const INKED = `(() => {
  const canvas = document.querySelector('.plot canvas')
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  return data.filter((value, index) => index % 4 === 3 && value > 0).length
})()`
