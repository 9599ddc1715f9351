// The console in a real Chromium: starts the browser, opens the page, and writes down what must not
// happen on any page: a request that leaves the machine, an error, a breach of the policy.

import { chromium } from 'playwright-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { componentPath } from './component.ts'

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: componentPath('chromium'),
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

export interface Visit {
  readonly page: Page
  /** Overlooks what complains with this text in it: the test provokes it. */
  readonly forgive: (part: string) => void
  /** Goes to a page of the console: `#/topics`. */
  readonly go: (hash: string) => Promise<void>
  /** Ends the visit; throws what the page complained of. */
  readonly close: () => Promise<void>
}

export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    locale: 'en-US',
    viewport: { width: 1280, height: 800 },
    ...options,
  })
  const page = await context.newPage()
  const said: string[] = []
  const forgiven: string[] = []
  const complain = (text: string): void => void said.push(text)
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) complain(`request to ${request.url()}`)
  })
  page.on('pageerror', (error) => complain(error.message))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()))
      complain(`${message.text()} ${message.location().url}`)
  })
  await page.goto(url)
  const go = async (hash: string): Promise<void> => {
    await page.goto(url + hash)
  }
  return {
    page,
    forgive: (part) => void forgiven.push(part),
    go,
    close: async () => {
      await context.close()
      const complaints = said.filter((text) => !forgiven.some((part) => text.includes(part)))
      if (complaints.length > 0) throw new Error(`the page complained: ${complaints.join('; ')}`)
    },
  }
}
