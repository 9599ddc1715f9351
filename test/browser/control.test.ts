// What a visitor steers from the page: the virtual host that is shown, a connector, a fleet. And
// that each press is a call that curl can repeat.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ConsoleServer } from '@motewire/console'
import { connectAsync } from '@motewire/sdk'
import { Broker, LiveConfig } from '@motewire/simulator/broker'
import { requireComponent } from '../support/component.ts'
import { launchBrowser, visit } from '../support/console-browser.ts'
import type { Visit } from '../support/console-browser.ts'
import { run } from '../support/programs.ts'

const WAIT = { timeout: 20_000 }

describe.runIf(requireComponent('chromium'))('steering from the page', () => {
  let broker: Broker
  let brokerUrl: string
  let server: ConsoleServer
  let browser: Browser
  let now: Visit
  let folder: string

  beforeAll(async () => {
    browser = await launchBrowser()
  })

  afterAll(() => browser.close())

  beforeEach(async () => {
    broker = new Broker({ port: 0, virtualHosts: ['works', 'lab'] })
    brokerUrl = `mqtt://127.0.0.1:${(await broker.start()).port}`
    folder = mkdtempSync(join(tmpdir(), 'control-'))
    const file = join(folder, 'broker.yaml')
    writeFileSync(file, '# of the works\n')
    const config = new LiveConfig(broker, file)
    server = new ConsoleServer({ broker, config, fleetBroker: brokerUrl })
    now = await visit(browser, (await server.start()).url)
  })

  afterEach(async () => {
    await now.close()
    await server.stop()
    await broker.stop()
    rmSync(folder, { recursive: true })
  })

  it('shows the virtual host that was chosen on every page, and how the process does', async () => {
    const plain = { qos: 0, retain: false } as const
    broker.publish('of/works', Buffer.from('x'), plain)
    broker.host('lab')?.publish('of/lab', Buffer.from('x'), plain)
    const { page, go } = now
    await go('#/hosts')
    await page.getByRole('row', { name: /^lab/ }).getByRole('button', { name: 'Select' }).click()
    const memory = page.locator('.figure', { hasText: 'Memory' })
    const first = await memory.textContent()
    await expect.poll(() => memory.textContent(), WAIT).not.toBe(first)
    await page.getByText(`Node.js ${process.version}`).waitFor()
    await page.reload()
    await page.getByRole('row', { name: /^lab/ }).getByText('shown').waitFor()
    await go('#/topics')
    await page.getByRole('link', { name: 'of/lab' }).waitFor()
    expect(await page.getByRole('link', { name: 'of/works' }).count()).toBe(0)
    await page.getByLabel('Virtual host').selectOption('works')
    await page.getByRole('link', { name: 'of/works' }).waitFor()
    expect(await page.getByRole('link', { name: 'of/lab' }).count()).toBe(0)
  })

  it('stops a connector after asking, by a call that curl repeats', async () => {
    const { page, go } = now
    const client = await connectAsync(brokerUrl)
    const isAccepting = (): boolean | undefined => broker.listeners()[0]?.isAccepting
    await go('#/hosts')
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click()
    await page.getByRole('button', { name: 'Start' }).waitFor()
    expect(isAccepting()).toBe(false)
    expect(client.connected).toBe(true)
    broker.setAccepting('tcp', true)
    await go('#/calls')
    const shown = await page.locator('.made-call code').first().textContent()
    expect(shown).toMatch(/^curl -X PUT .*"isAccepting":false.*\/listeners\/tcp'$/)
    expect(await run('sh', ['-c', `${shown} --fail`])).toMatchObject({ code: 0 })
    expect(isAccepting()).toBe(false)
    await client.end()
  })

  it('names the line of the settings that is wrong, and takes what is right', async () => {
    const { page, go } = now
    await go('#/hosts')
    const editor = page.getByRole('textbox', { name: 'Settings' })
    await expect.poll(() => editor.inputValue(), WAIT).toContain('clients: 100000')
    const text = await editor.inputValue()
    await editor.fill(text.replace('clients: 100000', 'clients: lots'))
    await page.getByRole('button', { name: 'Take and write to the file' }).click()
    await page.getByText('settings:2:12: limits.clients: found "lots", expected a').waitFor()
    expect(broker.settings.clientsMax).toBe(100_000)
    await editor.fill(text.replace('clients: 100000', 'clients: 12'))
    await page.getByRole('button', { name: 'Take and write to the file' }).click()
    await page.getByText('Taken, and written to the file.').waitFor()
    expect(broker.settings.clientsMax).toBe(12)
    expect(readFileSync(join(folder, 'broker.yaml'), 'utf8')).toContain('clients: 12')
  })

  it('shows a vehicle on the map as it goes, names it, and cuts its link', async () => {
    const { page, go } = now
    await go('#/fleet')
    await page.getByLabel('Kind of devices').selectOption('vehicle')
    await page.getByLabel('Devices', { exact: true }).fill('1')
    await page.getByLabel('A message every … seconds').fill('0.2')
    await page.getByRole('button', { name: 'Start' }).click()
    const map = page.getByRole('img', { name: 'Map: 1 devices know where they are' })
    await map.waitFor()
    // One vehicle alone is in the middle then.
    const tip = page.locator('.map-tip')
    await page.getByRole('button', { name: 'Show all devices' }).click()
    await map.hover()
    await tip.getByText('ring-0').waitFor(WAIT)
    const where = await tip.textContent()
    await expect.poll(() => tip.textContent(), WAIT).not.toBe(where)
    await page.getByRole('button', { name: 'Show all devices' }).click()
    await map.click()
    await expect.poll(() => page.getByLabel('Search devices').inputValue()).toBe('ring-0')
    await page.getByLabel('Link of ring-0').selectOption({ label: 'Cut' })
    await page.locator('tr', { hasText: 'ring-0' }).getByText('Offline').waitFor(WAIT)
    await page.getByLabel('Link of ring-0').selectOption({ label: 'as all' })
    await page.locator('tr', { hasText: 'ring-0' }).getByText('Connected').waitFor(WAIT)
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Ended').waitFor(WAIT)
  })

  it('starts 1,000 sensors, moves them to another link, and loses nothing at the end', async () => {
    const { page, go } = now
    let received = 0
    const reader = await connectAsync(brokerUrl)
    reader.on('message', () => received++)
    await reader.subscribe('fleet/#', { qos: 1 })
    await go('#/fleet')
    await page.getByLabel('Devices', { exact: true }).fill('1000')
    await page.getByLabel('A message every … seconds').fill('2')
    await page.getByLabel('QoS').selectOption('1')
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByText('1,000 of 1,000 connected').waitFor(WAIT)
    await page.getByLabel('Link of the devices').selectOption({ label: 'Poor Wi-Fi' })
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Ended').waitFor(WAIT)
    const figure = async (name: string): Promise<number> => {
      const value = page.locator('.figure', { hasText: name }).locator('.value').first()
      return Number((await value.textContent())?.replaceAll(',', ''))
    }
    const published = await figure('Published')
    expect(published).toBeGreaterThan(0)
    expect([await figure('Acknowledged'), await figure('Lost')]).toEqual([published, 0])
    await expect.poll(() => received, WAIT).toBe(published)
    await reader.end()
  })
})
