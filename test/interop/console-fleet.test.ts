// A fleet that a visitor starts, steers and stops through the console's API, on a real broker.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ConsoleServer } from '@motewire/console'
import type {
  ConsoleOptions,
  DeviceRowView,
  FleetMapView,
  FleetView,
  PageView,
} from '@motewire/console'
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

async function device(clientId: string): Promise<DeviceRowView> {
  const path = `${api}fleet/devices?search=${clientId}&limit=1`
  const { rows } = await askJson<PageView<DeviceRowView>>(path)
  const [row] = rows
  if (row?.clientId !== clientId) throw new Error(`no device ${clientId}`)
  return row
}

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

  it('has the link of one device changed and cut, which the others do not feel', async () => {
    await raise((fleetBroker) => ({ fleetBroker }))
    await start({ ...SENSORS, devices: 10 })
    await expect.poll(look, WAIT).toMatchObject({ connected: 10 })
    await change('PUT', 'fleet/devices/sensor-3/link', { link: 'cut' })
    await expect
      .poll(() => device('sensor-3'), WAIT)
      .toMatchObject({ isOnline: false, link: 'cut' })
    const { published: before } = await device('sensor-3')
    const { acked } = await device('sensor-4')
    await expect.poll(async () => (await device('sensor-4')).acked, WAIT).toBeGreaterThan(acked + 5)
    expect((await device('sensor-3')).published).toBeGreaterThan(before)
    expect(await look()).toMatchObject({ connected: 9, link: 'ethernet', lost: 0 })

    await change('PUT', 'fleet/devices/sensor-3/link', { link: null })
    await expect
      .poll(() => device('sensor-3'), WAIT)
      .toMatchObject({ isOnline: true, link: null, reconnects: 1, queued: 0 })
    await change('PUT', 'fleet/devices/sensor-3/link', { link: 'satellite' })
    expect(await device('sensor-3')).toMatchObject({ link: 'satellite' })
    expect(await device('sensor-4')).toMatchObject({ link: null })
    // A way there and back over a satellite is longer than the half second between two messages.
    await expect.poll(async () => (await look()).ackLatencyMs.max, WAIT).toBeGreaterThan(400)
    await change('DELETE', 'fleet')
    await expect.poll(look, WAIT).toMatchObject({ phase: 'ended', lost: 0 })
  })

  it('refuses a link that there is not, and a device that there is not', async () => {
    await raise((fleetBroker) => ({ fleetBroker }))
    const link = 'fleet/devices/sensor-0/link'
    expect(await refused('PUT', link, { link: 'cut' })).toBe('404 ERR_CONSOLE_NOT_FOUND')
    await start({ devices: 1 })
    await expect.poll(look, WAIT).toMatchObject({ connected: 1 })
    expect(await refused('PUT', link, { link: 'pigeon' })).toBe('400 ERR_CONSOLE_BODY_INVALID')
    const other = 'fleet/devices/sensor-1/link'
    expect(await refused('PUT', other, { link: 'cut' })).toBe('404 ERR_CONSOLE_NOT_FOUND')
  })

  it('tells where its vehicles are, as their messages do', async () => {
    await raise((fleetBroker) => ({ fleetBroker }))
    await start({ devices: 6, kind: 'vehicle', everyMs: 100, qos: 1 })
    await expect.poll(look, WAIT).toMatchObject({ connected: 6, scenario: 'vehicles' })
    const map = (): Promise<FleetMapView> => askJson(`${api}fleet/map`)
    expect(await map()).toMatchObject({ total: 6 })
    const ring = async (): Promise<unknown> =>
      (await map()).rows.find(({ clientId }) => clientId === 'ring-0')
    const first = await ring()
    await expect.poll(ring, WAIT).not.toEqual(first)
    await change('DELETE', 'fleet')
    await expect.poll(look, WAIT).toMatchObject({ phase: 'ended', queued: 0 })
    const payload = broker.topic('fleet/ring-0/position')?.lastPayload
    const told = JSON.parse(Buffer.from(payload ?? []).toString()) as { lat: number; lon: number }
    const { latitude, longitude } = await device('ring-0')
    expect(latitude).toBeCloseTo(told.lat, 5)
    expect(longitude).toBeCloseTo(told.lon, 5)
  })

  it('has no map of sensors, which know no place', async () => {
    await raise((fleetBroker) => ({ fleetBroker }))
    await start({ devices: 2 })
    await expect.poll(look, WAIT).toMatchObject({ connected: 2 })
    expect(await askJson(`${api}fleet/map`)).toEqual({ total: 0, rows: [] })
    expect(await device('sensor-1')).toMatchObject({ latitude: null, longitude: null })
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
    { devices: 1, link: 'cut' },
    { devices: 1, kind: 'submarine' },
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
