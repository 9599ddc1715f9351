// The walk from nothing to a message, as docs/walk-through.md tells it: the command, the page, the
// sign-in, the virtual host, a client on 61613 with user and password, a topic that was not there.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectAsync } from '@motewire/sdk'
import { requireComponent } from '../support/component.ts'
import { launchBrowser, visit } from '../support/console-browser.ts'
import type { Visit } from '../support/console-browser.ts'

const WAIT = { timeout: 10_000 }
const ARGUMENTS = '--import tsx --conditions=dev cli/main.ts broker'.split(' ')
/** 61613 and 8080 may be taken on the machine of a test; free ones walk the same way. */
const PLACES = ['--port', '0', '--console-port', '0', '--user', 'admin:password']

/** With the wrong password first. */
async function signIn({ page, forgive }: Visit): Promise<void> {
  forgive('401 (Unauthorized)')
  await page.getByLabel('User name').fill('admin')
  for (const password of ['wrong', 'password']) {
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    if (password === 'wrong') await page.getByText('Name or password is wrong.').waitFor()
  }
}

describe.runIf(requireComponent('chromium'))('the walk-through', () => {
  let program: ChildProcess
  let said = ''
  let browser: Browser

  beforeAll(async () => {
    program = spawn(process.execPath, [...ARGUMENTS, ...PLACES])
    program.stdout?.on('data', (bytes: Buffer) => (said += bytes.toString()))
    program.stderr?.on('data', (bytes: Buffer) => (said += bytes.toString()))
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser.close()
    program.kill('SIGINT')
    await once(program, 'exit')
  })

  it('leads from the start of the broker to a message of each QoS', async () => {
    await expect.poll(() => said, { timeout: 30_000 }).toMatch(/console on http/)
    const brokerUrl = /mqtt:\S+/.exec(said)![0]
    const here = await visit(browser, /http:\S+/.exec(said)![0])
    const { page, go } = here
    await signIn(here)
    await expect.poll(() => said, WAIT).toContain("POST sign-in of 'admin' from 127.0.0.1 refused")
    await go('#/hosts')
    await page.getByRole('cell', { name: 'default' }).first().waitFor()
    await page.getByRole('cell', { name: brokerUrl }).waitFor()
    // A client with a user name and password, and one with a wrong password.
    const options = { username: 'admin', password: 'password', protocolVersion: 5 } as const
    const wrong = { ...options, clientId: 'stranger', password: 'no', reconnectPeriod: 0 }
    await expect(connectAsync(brokerUrl, wrong)).rejects.toMatchObject({
      code: 'ERR_CONNECT_REFUSED',
    })
    const sensor = await connectAsync(brokerUrl, { ...options, clientId: 'sensor' })
    const reader = await connectAsync(brokerUrl, { ...options, clientId: 'reader' })
    await go('#/clients')
    await page.getByRole('link', { name: 'sensor' }).waitFor()
    await go('#/clients?open=stranger')
    here.forgive('404 (Not Found)')
    await page.getByText('refused', { exact: true }).waitFor()
    // A topic that nobody made appears with its first message, and says why.
    await sensor.publishAsync('plant/north', 'hello', { qos: 1 })
    await go('#/topics?open=plant%2Fnorth')
    const panel = page.getByRole('complementary', { name: 'plant/north' })
    await panel.getByText(/made by the first message of sensor/).waitFor()
    await panel.getByText('Nobody subscribes to this topic.').waitFor()
    // Subscribe; then a QoS for each message, chosen in the form.
    await reader.subscribe('plant/#', { qos: 2 })
    const got: number[] = []
    reader.on('message', (_topic, _payload, { qos }) => got.push(qos))
    for (const qos of ['QoS 0', 'QoS 1', 'QoS 2']) {
      await panel.getByLabel('Payload').fill(qos)
      await panel.getByText(qos, { exact: true }).last().click()
      await panel.getByRole('button', { name: 'Send' }).click()
      await expect.poll(() => got.at(-1), WAIT).toBe(Number(qos.at(-1)))
    }
    expect(got).toEqual([0, 1, 2])
    await panel.getByText('3 delivered, 0 unacknowledged').waitFor()
    await panel.getByRole('link', { name: 'reader' }).waitFor()
    const row = page.getByRole('row', { name: /plant\/north/ })
    await expect
      .poll(() => row.getByRole('cell').allTextContents(), WAIT)
      .toEqual(expect.arrayContaining(['4', '3', '1']))
    // Each of it was a call that curl can repeat.
    await go('#/calls')
    const call = page.getByText(/^curl -X POST .*"topic":"plant\/north".*\/publish'$/)
    await call.first().waitFor()
    await Promise.all([sensor.end(), reader.end()])
    await here.close()
    // A program started from its sources and a browser take a while on a busy machine.
  }, 150_000)
})
