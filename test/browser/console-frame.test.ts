// What holds on every page of the console: language, theme, keyboard, narrow screens, and what
// happens when the server goes away or wants its token.

import type { Browser, Locator } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ConsoleServer } from '@motewire/console'
import { PAGES } from '../../console/page/page-names.ts'
import { requireComponent } from '../support/component.ts'
import { launchBrowser, visit } from '../support/console-browser.ts'
import type { Visit } from '../support/console-browser.ts'
import { LivelyBroker } from '../support/console-fixture.ts'
import { raiseStage } from '../support/console-stage.ts'
import type { Stage } from '../support/console-stage.ts'

const WAIT = { timeout: 10_000 }

describe.runIf(requireComponent('chromium'))('the frame of the console', () => {
  let stage: Stage
  let browser: Browser
  const visits: Visit[] = []

  beforeAll(async () => {
    stage = await raiseStage()
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser.close()
    await stage.strike()
  })

  afterEach(async () => {
    await Promise.all(visits.splice(0).map(({ close }) => close()))
  })

  async function enter(options: Parameters<typeof visit>[2] = {}, url = stage.url): Promise<Visit> {
    const entered = await visit(browser, url, options)
    visits.push(entered)
    return entered
  }

  it('speaks the language of the browser, or the one that was chosen, on every page', async () => {
    const { page, go } = await enter({ locale: 'zh-CN' })
    await page.getByRole('heading', { name: '概览' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
    await page.getByRole('button', { name: '切换到 English' }).click()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await page.getByRole('button', { name: 'Change the language to 中文' }).click()
    for (const name of PAGES) {
      await go(`#/${name}`)
      await page.getByText('实时').waitFor()
      const text = await page.locator('nav.pages, .page-head, th, dt, h2, h3').allTextContents()
      expect(text.join(' ')).not.toMatch(/Client|Topic|Fleet|Message|Publish|Connected|Queued/)
    }
  })

  it('follows the theme of the system until another one is chosen', async () => {
    const { page } = await enter({ colorScheme: 'dark' })
    const ground = (): Promise<string> =>
      page.evaluate('getComputedStyle(document.documentElement).backgroundColor')
    const dark = await ground()
    await page.getByRole('button', { name: 'Theme: as the system' }).click()
    await expect.poll(ground, WAIT).not.toBe(dark)
    await page.reload()
    await page.getByRole('button', { name: 'Theme: light' }).click()
    await expect.poll(ground, WAIT).toBe(dark)
    await page.emulateMedia({ colorScheme: 'light' })
    expect(await ground()).toBe(dark)
    await page.getByRole('button', { name: 'Theme: dark' }).click()
    await expect.poll(ground, WAIT).not.toBe(dark)
  })

  it('is used with the keyboard alone', async () => {
    const { page, go } = await enter()
    await page.getByText('Live').waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.tagName')).toBe('MAIN')
    await go('#/topics')
    await page.getByRole('link', { name: 'greenhouse/lamp-03/power' }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('lamp-03')
    await expect.poll(() => page.locator('td.name a').count(), WAIT).toBe(1)
    await page.keyboard.press('Tab')
    const link = page.getByRole('link', { name: 'greenhouse/lamp-03/power' })
    await link.focus()
    await page.keyboard.press('Enter')
    const panel = page.getByRole('complementary', { name: 'greenhouse/lamp-03/power' })
    await panel.waitFor()
    await expect.poll(() => hasFocus(panel)).toBe(true)
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    await expect.poll(() => hasFocus(link), WAIT).toBe(true)
  })

  it.each([390, 768, 1024, 1440])('needs no scrolling sideways at %i px', async (width) => {
    const { page, go } = await enter({ viewport: { width, height: 844 } })
    const open = encodeURIComponent('greenhouse/bed-03/soil')
    for (const hash of [...PAGES, `topics?open=${open}`, 'clients?search=bed&offset=0']) {
      await go(`#/${hash}`)
      await page.locator('.value, td.name, .bridge-line, .connect, .empty, .card').first().waitFor()
      const spare = (): Promise<number> =>
        page.evaluate('innerWidth - document.documentElement.scrollWidth')
      await expect.poll(spare, WAIT).toBeGreaterThanOrEqual(0)
    }
  })

  it('says that the server is gone, keeps the numbers, and is live again with it', async () => {
    const broker = new LivelyBroker({ clients: 9, topics: 9 }, () => 1000)
    const first = new ConsoleServer({ broker })
    const { url } = await first.start()
    const here = await enter({}, url)
    const { page } = here
    await page.getByText('Live', { exact: true }).waitFor()
    await first.stop()
    await page.getByText('The console does not answer.').waitFor()
    expect(await page.locator('.figure .value').first().textContent()).toBe('9')
    const second = new ConsoleServer({ broker, port: Number(new URL(url).port) })
    await second.start()
    await page.getByText('Live', { exact: true }).waitFor()
    here.forgive('ERR_CONNECTION_REFUSED')
    here.forgive('ERR_INCOMPLETE_CHUNKED_ENCODING')
    await here.close()
    await second.stop()
  })

  it('asks for the token of a console that has one', async () => {
    const broker = new LivelyBroker({ clients: 9, topics: 9 }, () => 1000)
    const token = 'a-token-of-the-plant'
    const locked = new ConsoleServer({ broker, token })
    const { url } = await locked.start()
    const here = await enter({}, url)
    const { page } = here
    await page.getByLabel('Token').fill('not-the-token')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('This token is wrong.').waitFor()
    expect(await page.getByText('Clients connected').count()).toBe(0)
    await page.getByLabel('Token').fill(token)
    await page.keyboard.press('Enter')
    await page.getByText('Clients connected').waitFor()
    await page.reload()
    await page.getByText('Clients connected').waitFor()
    here.forgive('401 (Unauthorized)')
    await here.close()
    await locked.stop()
  })
})

async function hasFocus(place: Locator): Promise<boolean> {
  return (await place.and(place.page().locator(':focus')).count()) === 1
}
