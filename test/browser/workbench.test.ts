// The workbench in a real browser: a visitor connects, subscribes, publishes and looks.

import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ConsoleServer } from '@motewire/console'
import { connectAsync } from '@motewire/sdk'
import { Broker } from '@motewire/simulator/broker'
import { DataType, encodeSparkplug } from '@motewire/simulator/sparkplug'
import { requireComponent } from '../support/component.ts'
import { launchBrowser, visit } from '../support/console-browser.ts'
import type { Visit } from '../support/console-browser.ts'
import { connectTo, subscribeTo } from '../support/workbench-page.ts'

const WAIT = { timeout: 10_000 }

describe.runIf(requireComponent('chromium'))('the workbench in a browser', () => {
  let broker: Broker
  let brokerUrl: string
  let server: ConsoleServer
  let url: string
  let browser: Browser
  let now: Visit

  beforeAll(async () => {
    broker = new Broker({ port: 0 })
    brokerUrl = `mqtt://127.0.0.1:${(await broker.start()).port}`
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser.close()
    await broker.stop()
  })

  beforeEach(async () => {
    server = new ConsoleServer()
    url = (await server.start()).url
    now = await visit(browser, url)
    await now.go('#/workbench')
  })

  afterEach(async () => {
    await now.close()
    await server.stop()
  })

  const enter = (page: Page, password = ''): Promise<void> => connectTo(page, brokerUrl, password)

  async function publish(page: Page, topic: string, payload: string): Promise<void> {
    const form = page.locator('form.publish')
    await form.getByLabel('Topic', { exact: true }).fill(topic)
    await form.getByLabel('Payload').fill(payload)
    await form.getByRole('button', { name: 'Send' }).click()
    await form.getByText(`to ${topic}.`).waitFor()
  }

  it('fills in the preset, and explains the wrong port where the connection fails', async () => {
    const { page } = now
    await page.getByRole('button', { name: 'Apollo / ActiveMQ' }).click()
    expect(await page.getByLabel('Address').inputValue()).toBe('mqtt://127.0.0.1:61613')
    expect(await page.getByLabel('User name').inputValue()).toBe('admin')
    await page.getByLabel('Address').fill('mqtt://127.0.0.1:61680')
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    await page.getByText('its MQTT port is 61613').waitFor()
    now.forgive('502 (Bad Gateway)')
  })

  it('subscribes twice, and shows a message once with both colours, byte for byte', async () => {
    const { page } = now
    await enter(page)
    await subscribeTo(page, 'press/#', '1')
    await subscribeTo(page, 'press/+/bar', '0')
    await publish(page, 'press/4/bar', '{"bar": 1}')
    await publish(page, 'press/4/bar', '{"bar": 2}')
    const lines = page.locator('.message-line')
    await expect.poll(() => lines.count(), WAIT).toBe(2)
    expect(await lines.first().locator('.dot').count()).toBe(2)
    await lines.first().getByRole('button').click()
    const dialog = page.getByRole('dialog')
    expect(await dialog.locator('pre').textContent()).toBe('{\n  "bar": 2\n}')
    await dialog.getByText('Changes', { exact: true }).click()
    expect(await dialog.locator('pre').textContent()).toContain('-   "bar": 1\n+   "bar": 2')
    await dialog.getByText('Text', { exact: true }).click()
    expect(await dialog.locator('pre').textContent()).toBe('{"bar": 2}')
  })

  it('shows CBOR and Sparkplug as what they mean, and their bytes when asked', async () => {
    const { page } = now
    await enter(page)
    await subscribeTo(page, '#', '0')
    const metrics = [{ name: 'bar', datatype: DataType.double, value: 3.5 }]
    broker.publish('spBv1.0/plant/NDATA/press', encodeSparkplug({ seq: 1, metrics }), {
      qos: 0,
      retain: false,
    })
    broker.publish('press/cbor', Buffer.from('a16362617202', 'hex'), { qos: 0, retain: false })
    const pre = page.getByRole('dialog').locator('pre')
    await page.getByRole('button', { name: 'press/cbor', exact: true }).click()
    await pre.getByText('{\n  "bar": 2\n}').waitFor()
    await page.getByRole('dialog').getByText('Hex', { exact: true }).click()
    expect(await pre.textContent()).toContain('a1 63 62 61 72 02')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'spBv1.0/plant/NDATA/press', exact: true }).click()
    await pre.getByText('{ "name": "bar", "type": "double", "value": 3.5 }').waitFor()
  })

  it('hides the messages of a filter that is muted, and finds one by its topic', async () => {
    const { page } = now
    await enter(page)
    await subscribeTo(page, 'loud/#', '0')
    await subscribeTo(page, 'calm/#', '0')
    for (const topic of ['loud/1', 'loud/2', 'calm/1']) await publish(page, topic, 'x')
    const topics = page.locator('.message-line .row-link')
    await expect.poll(() => topics.allTextContents(), WAIT).toEqual(['calm/1', 'loud/2', 'loud/1'])
    await page.getByRole('button', { name: 'Hide the messages of loud/#' }).click()
    await expect.poll(() => topics.allTextContents(), WAIT).toEqual(['calm/1'])
    await page.getByRole('button', { name: 'Hide the messages of loud/#' }).click()
    await page.locator('.incoming').getByRole('searchbox').fill('loud/2')
    await expect.poll(() => topics.allTextContents(), WAIT).toEqual(['loud/2'])
  })

  it('clears what is retained below a branch after asking', async () => {
    const { page } = now
    const client = await connectAsync(brokerUrl)
    for (const topic of ['house/a/1', 'house/a/2', 'house/b']) {
      await client.publishAsync(topic, 'x', { qos: 1, retain: true })
    }
    await client.end()
    await enter(page)
    await subscribeTo(page, 'house/#', '1')
    await page.getByRole('button', { name: 'house', exact: true }).click()
    const branch = page.locator('.branch', { hasText: /^a/ })
    await branch.getByText('2 retained').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Clear retained messages' }).click()
    await expect.poll(() => broker.topic('house/a/2')?.hasRetained ?? false, WAIT).toBe(false)
    expect(broker.topic('house/b')?.hasRetained).toBe(true)
  })

  it('finds its connection after a reload, and the profile without the password', async () => {
    const { page } = now
    await enter(page, 'very-secret')
    await page.reload()
    await page.locator('.bench-link').getByText('Connected').waitFor()
    const kept = await page.evaluate<string>('JSON.stringify(localStorage)')
    expect(kept).toContain(brokerUrl)
    expect(kept).not.toContain('very-secret')
    await page.getByText('Packets', { exact: true }).click()
    await page.getByText('CONNACK').waitFor()
    await page.getByRole('button', { name: 'Disconnect' }).click()
    await page.getByRole('button', { name: new URL(brokerUrl).host }).waitFor()
    // What was asked while the connection ended.
    now.forgive('404 (Not Found)')
  })

  it('sends the bytes of a file on time, and a saved message again after a reload', async () => {
    const { page } = now
    const got: Buffer[] = []
    const reader = await connectAsync(brokerUrl)
    reader.on('message', (_topic, payload) => got.push(payload))
    await reader.subscribe('upload/#', { qos: 1 })
    await enter(page)
    const form = page.locator('form.publish')
    await form.getByLabel('Topic', { exact: true }).fill('upload/1')
    const buffer = Buffer.from([0x00, 0xff, 0x80, 0x0a])
    await form
      .getByLabel('From a file')
      .setInputFiles({ name: 'a.bin', mimeType: 'application/octet-stream', buffer })
    await form.getByText('QoS 1', { exact: true }).click()
    await form.getByLabel('Times').fill('3')
    await form.getByLabel('Interval in milliseconds').fill('20')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await form.getByRole('button', { name: 'Send' }).click()
    await expect.poll(() => got.length, WAIT).toBe(3)
    expect(got.every((payload) => payload.equals(buffer))).toBe(true)
    await form.getByText('3 of 3 sent').waitFor()
    await page.reload()
    await page.getByLabel('Saved messages').selectOption({ label: 'upload/1' })
    await form.getByRole('button', { name: 'Send' }).click()
    await expect.poll(() => got.length, WAIT).toBe(4)
    expect(got.at(-1)).toEqual(buffer)
    await reader.end()
  })

  it('records what comes by a filter, and replays it under other topics', async () => {
    const { page } = now
    await enter(page)
    await subscribeTo(page, 'press/#', '1')
    const card = page.locator('.card', { hasText: 'Recordings' })
    await card.getByRole('button', { name: 'Record' }).click()
    await card.getByText('records', { exact: true }).waitFor()
    await publish(page, 'press/4/bar', '1.5')
    await publish(page, 'press/5/bar', '2.5')
    await card.getByText('2 messages').waitFor()
    await card.getByRole('button', { name: 'Stop' }).click()
    const saving = page.waitForEvent('download')
    await card.getByRole('link', { name: 'Download' }).click()
    const lines = readFileSync(await (await saving).path(), 'utf8')
      .trim()
      .split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { topic: string }).topic)).toEqual([
      'press/4/bar',
      'press/5/bar',
    ])
    const received: string[] = []
    const reader = await connectAsync(brokerUrl)
    reader.on('message', (topic, payload) => received.push(`${topic} ${payload.toString()}`))
    await reader.subscribe('copy/#', { qos: 1 })
    await card.getByLabel('Before each topic').fill('copy/')
    await card.getByLabel('Pace').selectOption({ label: 'as fast as possible' })
    await card.getByRole('button', { name: 'Replay', exact: true }).click()
    await card.getByText('2 of 2 replayed').first().waitFor()
    await expect
      .poll(() => received, WAIT)
      .toEqual(['copy/press/4/bar 1.5', 'copy/press/5/bar 2.5'])
    await reader.end()
  })

  it('exports its profiles without passwords, and takes those of a file', async () => {
    const { page } = now
    await enter(page, 'very-secret')
    await page.getByRole('button', { name: 'Disconnect' }).click()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export profiles' }).click(),
    ])
    const text = readFileSync(await file.path(), 'utf8')
    expect(text).toContain(brokerUrl)
    expect(text).not.toMatch(/secret|password/)
    const profiles = JSON.parse(text).map((one: object) => ({ ...one, name: 'plant 7' }))
    const buffer = Buffer.from(JSON.stringify(profiles))
    await page
      .getByLabel('Import')
      .setInputFiles({ name: 'profiles.json', mimeType: 'application/json', buffer })
    await page.getByRole('button', { name: 'plant 7' }).click()
    expect(await page.getByLabel('Address').inputValue()).toBe(brokerUrl)
    // What was asked while the connection ended.
    now.forgive('404 (Not Found)')
  })

  it('answers to keys while thousands of messages a second arrive', async () => {
    const { page } = now
    const flood = await connectAsync(brokerUrl)
    await enter(page)
    await subscribeTo(page, 'flood/#', '0')
    let sent = 0
    const pour = setInterval(() => {
      for (let count = 0; count < 100; count++, sent++) {
        flood.publish(`flood/${sent % 3000}/value`, `{"value": ${sent}}`)
      }
    }, 20)
    const heard = page.locator('.card-head', { hasText: 'Topics heard' }).locator('.muted')
    await expect.poll(() => heard.textContent(), { timeout: 20_000 }).toBe('3,000')
    const delays = await page.evaluate<number[]>(MEASURE_KEYS)
    clearInterval(pour)
    expect(Math.max(...delays)).toBeLessThan(200)
    expect(await page.locator('.message-line').count()).toBeLessThan(40)
    await flood.end()
  }, 40_000)
})

/** How long after each of 20 key presses the page has drawn again, milliseconds. */
const MEASURE_KEYS = `(async () => {
  const input = document.querySelector('.incoming input[type=search]')
  const delays = []
  for (let turn = 0; turn < 20; turn++) {
    const before = performance.now()
    input.value = turn % 2 === 0 ? 'flood' : ''
    input.dispatchEvent(new InputEvent('input', { bubbles: true }))
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
    delays.push(performance.now() - before)
  }
  return delays
})()`
