// The page's files: what is served, with which headers, and that a browser asks once.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConsoleServer } from '@motewire/console'
import { ask, askRefused } from '../../support/console-client.ts'

const server = new ConsoleServer()
let url = ''

beforeAll(async () => {
  url = (await server.start()).url
})

afterAll(() => server.stop())

describe('the page', () => {
  it.each([
    ['', 'text/html; charset=utf-8'],
    ['page.js', 'text/javascript; charset=utf-8'],
    ['script-worker.js', 'text/javascript; charset=utf-8'],
    ['page.css', 'text/css; charset=utf-8'],
    ['icon.svg', 'image/svg+xml'],
  ])('serves /%s as %s', async (path, type) => {
    const { status, headers, text } = await ask(url + path)
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': type,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    })
    expect(Number(headers['content-length'])).toBe(Buffer.byteLength(text))
  })

  it('may load its own files only, and runs no script that is not in one', async () => {
    const { headers, text } = await ask(url)
    const policy = headers['content-security-policy'] ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    expect(text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\bon\w+=|\bstyle=|\/\/[\w.]+\//i)
  })

  it('has one worker that may evaluate text, and may load and reach nothing', async () => {
    const { headers } = await ask(`${url}script-worker.js`)
    expect(String(headers['content-security-policy']).split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'unsafe-eval'",
      "connect-src 'none'",
      "worker-src 'none'",
    ])
    const { headers: ofPage } = await ask(`${url}page.js`)
    expect(ofPage['content-security-policy']).toContain("script-src 'self';")
    expect(ofPage['content-security-policy']).toContain("require-trusted-types-for 'script'")
  })

  it('is not sent again to a browser that has it', async () => {
    const { headers } = await ask(`${url}page.js`)
    const etag = headers.etag ?? ''
    const again = await ask(`${url}page.js`, { headers: { 'if-none-match': `"other", ${etag}` } })
    expect([again.status, again.text]).toEqual([304, ''])
    const changed = await ask(`${url}page.js`, { headers: { 'if-none-match': '"other"' } })
    expect(changed.status).toBe(200)
  })

  it('answers HEAD without a body', async () => {
    const { status, headers, text } = await ask(`${url}page.js`, { method: 'HEAD' })
    expect([status, text]).toEqual([200, ''])
    expect(Number(headers['content-length'])).toBeGreaterThan(1000)
  })

  it.each(['nothing.js', '../package.json', '%2e%2e/package.json', 'api/v1'])(
    'has nothing at /%s',
    async (path) => {
      expect(await askRefused(url + path)).toBe('404 ERR_CONSOLE_ROUTE_UNKNOWN')
    },
  )

  it('cannot be written', async () => {
    const { status, headers } = await ask(url, { method: 'POST' })
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD'])
  })
})
