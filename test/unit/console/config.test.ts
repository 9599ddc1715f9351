// The configuration of the broker through the console's API.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConsoleServer } from '@motewire/console'
import { Broker, LiveConfig } from '@motewire/simulator/broker'
import { ask, askJson, askRefused, WRITING } from '../../support/console-client.ts'

let folder: string
let file: string
let broker: Broker
let server: ConsoleServer
let api: string

async function raise(config: LiveConfig | undefined): Promise<void> {
  server = new ConsoleServer({ broker, config })
  api = `${(await server.start()).url}api/v1/`
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'console-config-'))
  file = join(folder, 'broker.yaml')
  writeFileSync(file, '# ours\nlimits: { clients: 50 }\n')
  broker = new Broker({ port: 0, clientsMax: 50 })
})

afterEach(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

const put = (text: unknown) => ({ method: 'PUT', headers: WRITING, body: { text } })

describe('the configuration on the console', () => {
  it('is checked, and taken only when it is right', async () => {
    await raise(new LiveConfig(broker, file))
    const check = { method: 'POST', headers: WRITING, body: { text: 'limits: { clients: x }' } }
    expect(await askJson(`${api}config/check`, check)).toEqual({
      problems: [expect.stringMatching(/^settings:1:20: limits.clients: found "x", expected a/)],
    })
    const wrong = await askRefused(`${api}config`, put('limits: { clients: x }'))
    expect(wrong).toBe('400 ERR_BROKER_CONFIG')
    expect(broker.settings.clientsMax).toBe(50)
    expect(await ask(`${api}config`, put('limits: { clients: 9 }'))).toMatchObject({ status: 204 })
    expect(broker.settings.clientsMax).toBe(9)
    expect(await askJson(`${api}config`)).toMatchObject({ file, readOnly: null })
    expect(readFileSync(file, 'utf8')).toMatch(/^# ours\nlimits: \{ clients: 9 ?\}\n$/)
  })

  it('is read only without a file', async () => {
    await raise(new LiveConfig(broker, undefined))
    expect(await askJson(`${api}config`)).toMatchObject({ file: null, readOnly: 'no-file' })
    expect(await askRefused(`${api}config`, put(''))).toBe('409 ERR_CONSOLE_CONFLICT')
  })

  it('is a text of a bounded length', async () => {
    await raise(new LiveConfig(broker, file))
    expect(await askRefused(`${api}config`, put(5))).toBe('400 ERR_CONSOLE_BODY_INVALID')
    const long = '#'.repeat(65_537)
    expect(await askRefused(`${api}config`, put(long))).toBe('400 ERR_CONSOLE_BODY_INVALID')
  })

  it('is absent where the console was told none', async () => {
    await raise(undefined)
    expect(await askRefused(`${api}config`)).toBe('404 ERR_CONSOLE_PART_ABSENT')
  })
})
