// The page of links in a real browser: a visitor opens a port and a socket, sends and reads.

import { once } from 'node:events'
import { connect } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ConsoleServer } from '@motewire/console'
import { PtyPair } from '../contract/hardware/pty-pair.ts'
import { requireComponent } from '../support/component.ts'
import { launchBrowser, visit } from '../support/console-browser.ts'
import type { Visit } from '../support/console-browser.ts'

const isPossible = [requireComponent('chromium'), requireComponent('socat')].every(Boolean)

// Needs a browser and a serial cable; what is missing is printed with the command that brings it.
describe.runIf(isPossible)('links in a browser', () => {
  let cable: PtyPair
  let server: ConsoleServer
  let browser: Browser
  let now: Visit

  beforeAll(async () => {
    browser = await launchBrowser()
    cable = await PtyPair.create()
  })

  afterAll(async () => {
    await browser.close()
    await cable.remove()
  })

  beforeEach(async () => {
    server = new ConsoleServer({
      serialPorts: () => Promise.resolve([{ path: cable.near, product: 'Cable' }]),
    })
    now = await visit(browser, (await server.start()).url)
    await now.go('#/links')
  })

  afterEach(async () => {
    await now.close()
    await server.stop()
  })

  it('sends hex with a checksum over a serial port and shows what comes back', async () => {
    const { page } = now
    const far = cable.openFar()
    await page.getByLabel('Baud').fill('9600')
    await page.getByRole('button', { name: 'Open', exact: true }).click()
    await page.locator('.bench-link').getByText(`serial ${cable.near}`).waitFor()
    await page.getByLabel('Data').fill('01 03 00 00 00 0a')
    const sender = page.locator('form.publish').first()
    await sender.getByText('Hex', { exact: true }).click()
    await sender.getByLabel('Checksum').selectOption({ label: 'CRC-16/Modbus' })
    await page.getByLabel('Name of the command').fill('poll')
    await page.getByRole('button', { name: 'Save as command' }).click()
    await page.getByRole('button', { name: 'poll', exact: true }).click()
    expect((await far.until(8)).toString('hex')).toBe('01030000000ac5cd')
    await far.write('22.5 °C\n')
    const lines = page.locator('.link-lines')
    await lines.getByText('22.5 °C').waitFor()
    await page.locator('.link-log').getByText('Hex', { exact: true }).click()
    await lines.getByText('32 32 2e 35 20 c2 b0 43 0a').waitFor()
    await page.getByLabel('DTR').click()
    await expect.poll(() => page.getByLabel('DTR').isChecked()).toBe(false)
    await far.close()
  })

  it('answers the clients of a TCP server by a rule that was added', async () => {
    const { page } = now
    await page.getByText('TCP server', { exact: true }).click()
    await page.getByLabel('Port', { exact: true }).fill('0')
    await page.getByRole('button', { name: 'Open', exact: true }).click()
    const name = await page.locator('.bench-link b').textContent()
    await page.getByLabel('When this comes').fill('70 ?? 6e 67')
    await page.getByLabel('Answer').fill('70 6f 6e 67')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.locator('.reply-rules li').waitFor()
    const socket = connect(Number(/:(\d+)$/.exec(name ?? '')?.[1]), '127.0.0.1')
    socket.write('ping')
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toBe('pong')
    await page.locator('.link-lines .way-out', { hasText: 'pong' }).waitFor()
    socket.destroy()
    await page.locator('.link-lines .way-left').waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('heading', { name: 'New link' }).waitFor()
    // What was asked while the link ended.
    now.forgive('404 (Not Found)')
  })
})
