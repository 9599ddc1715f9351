// Real images as devices of a fleet, in virtual time against the broker of this process: both chips
// side by side, while the broker goes away and comes back; on bad lines; and their wills. The same
// each time.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@motewire/sdk'
import type { ByteChannel } from '@motewire/sdk'
import { firmwarePath } from '@motewire/hardware'
import { makeRun, Modules, reportOfPart } from '@motewire/simulator'

import { afterAll, describe, expect, it } from 'vitest'
import { UART_BRIDGE } from '../../cli/uart-bridge.ts'
import type { Report } from '../../simulator/report/index.ts'
import type { RunPart } from '../../simulator/fleet/run-part.ts'
import { VirtualRun } from '../../simulator/fleet/virtual-run.ts'
import { VirtualWorld } from '../../simulator/fleet/virtual-world.ts'
import { expand, loadScenario } from '../../simulator/scenario/index.ts'
import type { FleetPlan } from '../../simulator/scenario/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'motewire-fleet-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function planOf(text: string): Promise<FleetPlan> {
  const path = join(folder, 'fleet.yaml')
  writeFileSync(path, `version: 1\nseed: 7\nclock: virtual\nramp: { over: 0s }\n${text}`)
  return expand(await loadScenario(path))
}

async function run(text: string, durationMs: number): Promise<Report> {
  const plan = await planOf(text)
  const modules = await Modules.load(plan.groups, UART_BRIDGE)
  const times = { clock: plan.scenario.clock, durationMs, drainMs: 5_000 }
  const spec = { plan, modules, ...times, brokerUrls: [], sources: [], link: undefined }
  return reportOfPart(await makeRun(spec).run(), plan, 'embedded', 0)
}

/** Wills that the broker publishes while a fleet runs. */
async function willsOf(text: string, durationMs: number): Promise<string[]> {
  const wills: string[] = []
  await watch(text, durationMs, 'sensors/+/state', (topic, payload) => {
    if (payload === 'offline') wills.push(topic)
  })
  return wills
}

async function messagesOf(text: string, durationMs: number, filter: string): Promise<string[]> {
  const messages: string[] = []
  await watch(text, durationMs, filter, (_topic, payload) => messages.push(payload))
  return messages
}

/** Runs a fleet beside a client that listens. */
async function watch(
  text: string,
  durationMs: number,
  filter: string,
  handle: (topic: string, payload: string) => void,
): Promise<void> {
  const plan = await planOf(text)
  const modules = await Modules.load(plan.groups, UART_BRIDGE)
  const world = new VirtualWorld({ plan, modules, durationMs, drainMs: 5_000 })
  const { clock, embedded } = world
  const openChannel = (): ByteChannel => embedded.dial('watcher')
  const watcher = new Client('mqtt://embedded', { clock, openChannel, seed: 1 })
  watcher.on('message', (topic, payload) => handle(topic, payload.toString()))
  void watcher.subscribe(filter)
  watcher.start()
  await world.run()
}

const TWO_CHIPS = `
faults: [{ broker: restart, at: 20s, down: 10s }]
groups:
  uno: { count: 3, firmware: ${firmwarePath('sensor-raw')} }
  pico:
    count: 3
    firmware: { file: ${firmwarePath('sensor-raw-rp2040')}, analog: { 0: 1.65 } }
    link: wifi-poor
`

const BAD_LINES = `
groups:
  board:
    count: 3
    firmware:
      file: ${firmwarePath('sensor-cobs')}
      framing: cobs
      line:
        flip: 0.2%
        drop: 0.1%
        resetAt: [100, 700]
        resetEvery: 2000
        unplugs: [{ start: 30s, duration: 5s, every: 1m, spread: 10s }]
`

const RESETS = `
groups:
  board:
    count: 1
    firmware: { file: ${firmwarePath('sensor-raw')}, line: { resetAt: [300, 620, 900, 1500] } }
`

describe('a fleet of real images', () => {
  it('publishes, and comes back when the broker has been away, each time alike', async () => {
    const report = await run(TWO_CHIPS, 60_000)
    const [uno, pico] = report.groups
    // A reading a second, but for the time in which nobody is there to take it.
    for (const { published } of [uno!, pico!]) {
      expect(published).toBeGreaterThan(3 * 35)
      expect(published).toBeLessThan(3 * 55)
    }
    expect(report.totals).toMatchObject({ acked: report.totals.published, lost: 0 })
    expect(report.digest).toBeDefined()
    expect((await run(TWO_CHIPS, 60_000)).digest).toBe(report.digest)
  })

  it('gets through on bad lines, and tells what went wrong, each time alike', async () => {
    const report = await run(BAD_LINES, 120_000)
    const { published, acked, lost } = report.totals
    expect(published).toBeGreaterThan(3 * 40)
    expect({ acked, lost }).toEqual({ acked: published, lost: 0 })
    const { measures } = report
    for (const what of ['flipped', 'dropped', 'refused', 'resets', 'unplugged']) {
      expect(measures?.[`line.${what}`]).toMatchObject({ count: 3, min: expect.toSatisfy(isSome) })
    }
    const again = await run(BAD_LINES, 120_000)
    expect(again.digest).toBe(report.digest)
    expect(again.measures).toEqual(measures)
  })

  it('dies by the will of its image each time the chip is reset', async () => {
    expect(await willsOf(RESETS, 120_000)).toEqual(Array(4).fill('sensors/board-0/state'))
  })

  it('dies by its will when the power goes, and is there once when it is back', async () => {
    const reboot = `faults: [{ devices: reboot, at: 20s, down: 10s }]\n`
    const group = `groups: { board: { count: 1, firmware: ${firmwarePath('sensor-raw')} } }`
    expect(await willsOf(reboot + group, 60_000)).toHaveLength(1)
    const { totals } = await run(reboot + group, 60_000)
    // A reading a second from one board, not from a second one that never lost its power.
    expect(totals.published).toBeGreaterThan(40)
    expect(totals.published).toBeLessThan(55)
  })
})

describe('images that say what they hear', () => {
  const told = (more: string): string => {
    const file = `file: ${firmwarePath('sensor-raw')}`
    return `groups: { board: { count: 6, firmware: { ${file}, eeprom: { 24: [0, 20] }${more} } } }`
  }
  const APART = told(', publishes: ["sensors/{id}/+"], subscribes: []')

  async function part(text: string, worldDevicesMax: number): Promise<[number, RunPart]> {
    const plan = await planOf(text)
    const modules = await Modules.load(plan.groups, UART_BRIDGE)
    const times = { durationMs: 300_000, drainMs: 1_000 }
    const fleet = new VirtualRun({ plan, modules, ...times, worldDevicesMax })
    return [fleet.worlds, await fleet.run()]
  }

  it('do the same in one world and in many', async () => {
    const [[one, whole], [three, many]] = [await part(APART, 6), await part(APART, 2)]
    expect([one, three]).toEqual([1, 3])
    expect(String(many.digest)).toBe(String(whole.digest))
    // One every 20 s, and the word that it is there.
    expect(many.ledger.total().published).toBe(6 * (1 + 15))
    expect(whole.ledger.total()).toEqual(many.ledger.total())
    expect((await part(told(''), 2))[0]).toBe(1)
  })

  it('stop when they subscribe to something else', async () => {
    const file = firmwarePath('echo-raw')
    const text = `groups: { board: { count: 2, firmware: { file: ${file}, subscribes: [] } } }`
    const [, { errors, lastError }] = await part(text, 1)
    expect(errors).toBe(2)
    expect(lastError).toBe(
      "device board-0 stopped: its image subscribes to 'down/board-0', " +
        'which firmware.subscribes lacks',
    )
  })
})

describe('a supply that dips', () => {
  const echo = `file: ${firmwarePath('echo-cobs')}, framing: cobs`
  const group = (supply: string): string =>
    `groups: { board: { count: 2, firmware: { ${echo}, supply: ${supply} } } }`

  it('resets the chip, which tells the brown-out as its cause, each time alike', async () => {
    const text = group('{ dips: [{ start: 5s, duration: 1s, every: 10s, spread: 1s, to: 2.6 }] }')
    const boots = await messagesOf(text, 30_000, 'boot/+')
    // Power-on, and then three dips, of two boards.
    expect(boots.toSorted()).toEqual([...Array(2).fill('01'), ...Array(6).fill('04')])
    const { measures } = await run(text, 30_000)
    expect(measures?.['supply.brownOuts']).toMatchObject({ count: 2, min: 3, max: 3 })
  })

  it('that is empty ends the device by its will', async () => {
    // Below 2.675 V after 36 s; silent for one and a half keepalives of 30 s after that.
    const text = group('{ volts: 2.73, sag: 5.5, brownOut: 2.7 }')
    expect(await messagesOf(text, 90_000, 'will/+')).toEqual(['gone', 'gone'])
  })

  it('is none for a chip whose detector does not watch it', async () => {
    const pico = firmwarePath('sensor-raw-rp2040')
    const text = `groups: { board: { count: 1, firmware: { file: ${pico}, supply: {} } } }`
    await expect(run(text, 1_000)).rejects.toMatchObject({
      code: 'ERR_FIRMWARE_INVALID',
      message:
        `${pico}: no supply for an rp2040: its brown-out detector watches the regulator in the ` +
        'chip, not the supply',
    })
  })
})

const isSome = (value: number): boolean => value > 0
