// What the console tells of our broker that depends on how it was started and for how long it runs:
// brokers of their own, because others share one.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConsoleServer } from '@motewire/console'
import { ManualClock } from '@motewire/sdk/testing'
import { Broker, loadBrokerConfig } from '@motewire/simulator/broker'
import { ask, askJson, askRefused, WRITING } from '../../support/console-client.ts'

describe('users of a password file', () => {
  it('are told to be kept there, and not changed when it cannot be written', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'motewire-console-'))
    const path = join(folder, 'passwords')
    writeFileSync(path, 'ann:$7$101$AAAA$AAAA\n')
    writeFileSync(join(folder, 'broker.yaml'), 'passwordFile: passwords\n')
    const own = new Broker({ ...loadBrokerConfig(join(folder, 'broker.yaml')), port: 0 })
    const console = new ConsoleServer({ broker: own })
    const place = `${(await console.start()).url}api/v1/access`
    const body = { password: 'secret' }
    const put = { method: 'PUT', headers: WRITING, body }
    expect((await ask(`${place}/users/bob`, put)).status).toBe(204)
    expect(readFileSync(path, 'utf8')).toMatch(/^ann:.*\nbob:\$7\$101\$.*\n$/)
    expect(await askJson(place)).toMatchObject({
      file: path,
      users: [
        { name: 'ann', isKept: true },
        { name: 'bob', isKept: true, credential: 'pbkdf2' },
      ],
    })
    rmSync(folder, { recursive: true })
    expect(await askRefused(`${place}/users/eve`, put)).toBe('409 ERR_CONSOLE_CONFLICT')
    expect(await askJson<{ users: object[] }>(place)).toMatchObject({ users: [{}, {}] })
    await console.stop()
    await own.stop()
  })
})

describe('how long things are up', () => {
  it('is told of virtual hosts and of connectors, from their last change on', async () => {
    const clock = new ManualClock()
    const wallNow = (): number => 1_000_000 + clock.now()
    const own = new Broker({ port: 0, clock, wallNow, systemIntervalMs: 0 })
    const console = new ConsoleServer({ broker: own, clock })
    await own.start()
    const place = `${(await console.start()).url}api/v1/`
    const put = (path: string, body?: unknown): Promise<unknown> =>
      ask(place + path, { method: 'PUT', headers: WRITING, body })
    clock.advance(60_000)
    await put('hosts/late')
    await put('listeners/tcp', { isAccepting: true })
    const hosts = await askJson<object[]>(`${place}hosts`)
    expect(hosts).toMatchObject([
      { name: 'default', startedAt: 1_000_000 },
      { name: 'late', startedAt: 1_060_000 },
    ])
    expect(await askJson(`${place}listeners`)).toMatchObject([{ since: 1_000_000 }])
    clock.advance(5_000)
    await put('hosts/late')
    await put('listeners/tcp', { isAccepting: false })
    expect(await askJson(`${place}hosts`)).toEqual(hosts)
    expect(await askJson(`${place}listeners`)).toMatchObject([{ since: 1_065_000 }])
    await console.stop()
    await own.stop()
  })
})
