// A fleet that a visitor starts, steers and stops through the console's API, on a real broker.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ConsoleServer } from '@motewire/console'
import type { ConsoleOptions, FleetView } from '@motewire/console'
import { LINK_PROFILE_NAMES, SteeredRun } from '@motewire/simulator'
import { Broker } from '@motewire/simulator/broker'
import { LINK_NAMES } from '../../console/page/text/link-names.ts'
import { ask, askJson, askRefused, WRITING } from '../support/console-client.ts'

const WAIT = { timeout: 20_000 }
const SENSORS = { devices: 50, everyMs: 200, qos: 1, link: 'ethernet' }

let broker: Broker
let server: ConsoleServer
let api: string

async function raise(options: (brokerUrl: string) => ConsoleOptions): Promise<void> {
  const { port } = await broker.start()
  server = new ConsoleServer({ broker, ...options(`mqtt://127.0.0.1:${port}`) })
  api = `${(await server.start()).url}api/v1/`
}

beforeEach(() => {
  broker = new Broker({ port: 0 })
})

afterEach(async () => {
  await server.stop()
  await broker.stop()
})

const start = (body: object): Promise<FleetView> =>
  askJson(`${api}fleet`, { method: 'POST', headers: WRITING, body })
const look = (): Promise<FleetView> => askJson(`${api}fleet`)
const refused = (method: string, path: string, body?: object): Promise<string> =>
  askRefused(api + path, { method, headers: WRITING, body })

async function change(method: string, path: string, body?: object): Promise<void> {
  expect(await ask(api + path, { method, headers: WRITING, body })).toMatchObject({ status: 204 })
}

describe('a fleet of the page', () => {
  it('feels another link while it runs, and loses nothing at its end', async () => {
    await raise((fleetBroker) => ({ fleetBroker }))
    expect(await start(SENSORS)).toMatchObject({ devices: 50, link: 'ethernet' })
    await expect.poll(look, WAIT).toMatchObject({ connected: 50, phase: 'running' })
    const { ackLatencyMs: before } = await look()
    await change('PUT', 'fleet/link', { link: 'satellite' })
    // Those that were connected before feel it: the way there and back takes longer than any did.
    await expect
      .poll(async () => (await look()).ackLatencyMs.max, WAIT)
      .toBeGreaterThan(before.max + 400)
    expect(await look()).toMatchObject({ connected: 50, link: 'satellite', reconnects: 0 })
    await change('DELETE', 'fleet')
    await expect.poll(look, WAIT).toMatchObject({ phase: 'ended' })
    const { published, acked, lost } = await look()
    expect({ acked, lost }).toEqual({ acked: published, lost: 0 })
    expect(broker.stats().messagesIn).toBe(published)
  })

  it('is one at a time, and another one may follow', async () => {
    await raise((fleetBroker) => ({ fleetBroker }))
    await start(SENSORS)
    expect(await refused('POST', 'fleet', SENSORS)).toBe('409 ERR_CONSOLE_CONFLICT')
    await change('DELETE', 'fleet')
    await expect.poll(look, WAIT).toMatchObject({ phase: 'ended' })
    expect(await refused('DELETE', 'fleet')).toBe('404 ERR_CONSOLE_NOT_FOUND')
    expect(await start({ devices: 1 })).toMatchObject({ devices: 1, phase: 'starting' })
  })

  it.each([
    { devices: 0 },
    { devices: 10_001 },
    { devices: 1, everyMs: 99 },
    { devices: 1, qos: 3 },
    { devices: 1, link: 'pigeon' },
    { devices: 1, broker: 'mqtt://elsewhere' },
  ])('is refused as %j', async (body) => {
    await raise((fleetBroker) => ({ fleetBroker }))
    expect(await refused('POST', 'fleet', body)).toBe('400 ERR_CONSOLE_BODY_INVALID')
  })

  it('says why it ended by itself, and makes room for another one', async () => {
    await raise((fleetBroker) => ({ fleetBroker }))
    const failing = vi.spyOn(SteeredRun.prototype, 'run')
    failing.mockRejectedValueOnce(new Error('no sockets are left'))
    await start(SENSORS)
    failing.mockRestore()
    await expect
      .poll(look, WAIT)
      .toMatchObject({ phase: 'ended', problem: 'no sockets are left', connected: 0 })
    expect(await start({ devices: 1 })).toMatchObject({ phase: 'starting', problem: null })
  })

  it('does not exist where the console was told no broker', async () => {
    await raise(() => ({}))
    expect(await refused('POST', 'fleet', SENSORS)).toBe('404 ERR_CONSOLE_PART_ABSENT')
  })
})

describe('the links on the page', () => {
  it('are those of the simulator, in its order', () => {
    expect(Object.keys(LINK_NAMES)).toEqual([...LINK_PROFILE_NAMES])
  })
})
