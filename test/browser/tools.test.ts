// The tools of the workbench in a real browser: charts of numbers, and scripts.

import { readFileSync } from 'node:fs'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ConsoleServer } from '@motewire/console'
import { connectAsync } from '@motewire/sdk'
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
    publish('m/2', '{"air":[{"t":-7}]}')
    for (const value of [20, 21, 22.5]) publish('m/1', `{"air":[{"t":${value}}]}`)
    publish('m/2', '{"air":"none"}')
    const legend = page.locator('.line-chart .line-key')
    const named = ['m/2 air[0].t -7', 'm/1 air[0].t 22.5']
    await expect.poll(() => legend.allTextContents(), WAIT).toEqual(named)
    expect(await page.evaluate<number>(INKED)).toBeGreaterThan(500)
    // By the keyboard: from the newest point to the one before it.
    const plot = page.locator('.plot')
    await plot.press('ArrowLeft')
    await plot.press('ArrowLeft')
    await expect.poll(() => legend.last().textContent(), WAIT).toBe('m/1 air[0].t 21')
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as CSV' }).click(),
    ])
    const lines = readFileSync(await file.path(), 'utf8')
      .trim()
      .split('\r\n')
    expect(lines.map((line) => line.split(',').slice(1).join(' '))).toEqual([
      'topic field value',
      'm/2 air[0].t -7',
      'm/1 air[0].t 20',
      'm/1 air[0].t 21',
      'm/1 air[0].t 22.5',
    ])
    // Paused, it stays as it is; a reload finds what the console has kept.
    await page.locator('.chart-head').getByLabel('Pause').check()
    publish('m/1', '{"air":[{"t":30}]}')
    await page.locator('.message-line', { hasText: '30' }).waitFor()
    expect(await legend.last().textContent()).toBe('m/1 air[0].t 21')
    await page.reload()
    await expect.poll(() => legend.last().textContent(), WAIT).toBe('m/1 air[0].t 30')
    await form.getByLabel('Topic or filter').fill('m/#/x')
    await form.getByRole('button', { name: 'Draw' }).click()
    await form.getByText("Failed: filter 'm/#/x' has '#' before its end.").waitFor()
    now.forgive('400 (Bad Request)')
    await page.getByRole('button', { name: 'Draw m/+ air[0].t no more' }).click()
    await page.locator('.line-chart').waitFor({ state: 'detached' })
  })

  it('runs a script that answers messages and keeps time, also after a reload', async () => {
    const { page } = now
    const got: string[] = []
    const reader = await connectAsync(brokerUrl)
    reader.on('message', (topic, payload, { qos }) =>
      got.push([topic, payload.toString(), qos].join(' ')),
    )
    await reader.subscribe('out/#', { qos: 2 })
    await page.getByLabel('Name of the script').fill('answer')
    await source(page).fill(`
      subscribe('in/#').then(() => publish('out/ready', new Uint8Array([104, 105])))
      onMessage('in/+', ({ topic, json }) => {
        log('got', json)
        publish('out/' + topic, { twice: json.n * 2 }, { qos: 1 })
      })
      let count = 0
      const stop = every(10, () => {
        publish('out/beat', String(++count))
        if (count === 3) stop()
      })`)
    await page.getByRole('button', { name: 'Save script' }).click()
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await expect.poll(() => got, WAIT).toContain('out/ready hi 0')
    publish('in/1', '{"n":21}')
    await expect.poll(() => got, WAIT).toContain('out/in/1 {"twice":42} 1')
    await page.locator('.script-log').getByText('got {"n":21}').waitFor()
    await page.locator('form.script').getByRole('button', { name: 'Stop' }).click()
    await page.getByText('does not run').waitFor()
    expect(got.filter((line) => line.startsWith('out/beat'))).toHaveLength(3)
    await page.reload()
    await page.getByLabel('Saved scripts').selectOption({ label: 'answer' })
    expect(await source(page).inputValue()).toContain("'out/ready'")
    await reader.end()
  })

  it('ends a script that fails, loops, or asks for too much, and names the line', async () => {
    const { page } = now
    const outcome = async (text: string): Promise<string | null> => {
      await source(page).fill(text)
      await source(page).press('Control+Enter')
      await page.locator('form.script [role=alert]').waitFor({ timeout: 15_000 })
      await page.getByText('does not run').waitFor()
      return page.locator('form.script [role=alert]').textContent()
    }
    const line3 = '\n\n'
    expect(await outcome(`${line3}nothing.there()`)).toMatch(/^Line 3 .*nothing is not defined/)
    await page.getByRole('button', { name: 'Line 3' }).click()
    const chosen = 'document.activeElement.value.slice(document.activeElement.selectionStart)'
    expect(await page.evaluate(chosen)).toBe('nothing.there()')
    expect(await outcome(`${line3}let = (`)).toMatch(/^Line 3 .*SyntaxError/)
    expect(await outcome(`${line3}setTimeout(() => assert(1 > 2, 'sums'))`)).toMatch(
      /^Line 3 .*sums/,
    )
    expect(await outcome('for (;;);')).toContain('did not come back for three seconds')
    expect(await outcome('for (;;) log(1)')).toContain('more than 2,000 things')
    expect(await outcome("for (let n = 0; n < 200; n++) publish('a', '')")).toContain(
      'more than 50',
    )
    expect(await outcome("publish('a/#', '')")).toContain('wildcard')
    now.forgive('400 (Bad Request)')
  })

  it('lets a script reach neither page nor network, and the page evaluate nothing', async () => {
    const { page } = now
    await source(page).fill(`
      const tries = {
        fetch: () => fetch('/api/v1/stats'),
        socket: () => new Promise((resolve, reject) => {
          const socket = new WebSocket('ws://127.0.0.1:1')
          socket.onerror = () => reject(new Error('refused'))
        }),
        load: () => importScripts('/page.js'),
        module: () => import('/page.js'),
        worker: () => new Promise((resolve, reject) => {
          new Worker('/script-worker.js').onerror = () => reject(new Error('refused'))
        }),
        storage: () => localStorage,
        page: () => document,
      }
      for (const [name, attempt] of Object.entries(tries)) {
        Promise.resolve().then(attempt).then(() => log(name, 'done'), () => log(name, 'refused'))
      }`)
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    const said = async (): Promise<string[] | undefined> =>
      (await page.locator('.script-log').textContent())?.split('\n').toSorted()
    const names = ['fetch', 'load', 'module', 'page', 'socket', 'storage', 'worker']
    await expect.poll(said, WAIT).toEqual(names.map((name) => `${name} refused`))
    expect(await page.evaluate(EVALUATES)).toBe('refused')
    now.forgive('Content Security Policy')
    now.forgive('Refused to')
    now.forgive('violates')
    now.forgive('TrustedScript')
  })
})

function source(page: Page): Locator {
  return page.locator('form.script textarea')
}

/** Whether the page itself may make code out of text. */
const EVALUATES = `new Promise((resolve) => {
  // In a task of its own: what a debugger evaluates is bound by no policy.
  setTimeout(() => {
    try {
      resolve(new Function('return "evaluated"')())
    } catch {
      resolve('refused')
    }
  })
})`

/** How many points of the plot are drawn. */
const INKED = `(() => {
  const canvas = document.querySelector('.plot canvas')
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  return data.filter((value, index) => index % 4 === 3 && value > 0).length
})()`
