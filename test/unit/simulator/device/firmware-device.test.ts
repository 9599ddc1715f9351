// The device of a group with `firmware`: the image it names, the inputs that the scenario gives it,
// and what is said about an image that is none.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { firmwarePath } from '@motewire/hardware'
import { afterAll, describe, expect, it } from 'vitest'
import { UART_BRIDGE } from '../../../../cli/uart-bridge.ts'
import { GroupModel, Modules, PayloadBuffer } from '../../../../simulator/device/index.ts'
import { expand, loadScenario } from '../../../../simulator/scenario/index.ts'
import type { DevicePlan } from '../../../../simulator/scenario/index.ts'
import { ManualDevice } from './manual-device.ts'

const folder = mkdtempSync(join(tmpdir(), 'motewire-firmware-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function planOf(firmware: string): Promise<DevicePlan> {
  const path = join(folder, 'office.yaml')
  writeFileSync(path, `version: 1\ngroups:\n  room: { count: 9, ${firmware} }`)
  return expand(await loadScenario(path)).device(7)
}

async function run(firmware: string, seconds: number): Promise<ManualDevice> {
  const plan = await planOf(firmware)
  const modules = await Modules.load([plan.group], UART_BRIDGE)
  const model = new GroupModel(plan.group, new PayloadBuffer(), modules).device(plan)
  const device = new ManualDevice()
  model.start(device)
  model.handleOnline?.()
  device.run(seconds * 1_000)
  model.stop?.()
  return device
}

function readings(device: ManualDevice): number[] {
  return device.sent
    .filter(({ topic }) => topic === 'sensors/room-7/adc')
    .map(({ payload }) => Number(/"adc":(\d+)/.exec(payload)?.[1]))
}

describe('a device with an image', () => {
  it.each([
    ['sensor-raw', 5],
    ['sensor-raw-rp2040', 3.3],
  ] as const)('reads what its inputs see, in volts (%s)', async (name, rangeVolts) => {
    const file = firmwarePath(name)
    const half = rangeVolts / 2
    const input = `{ sensor: sine, mean: ${half}, amplitude: ${half}, period: 20s }`
    const device = await run(`firmware: { file: ${file}, analog: { 0: ${input} } }`, 30)
    const wave = readings(device)
    expect(wave.length).toBeGreaterThan(25)
    expect(Math.min(...wave)).toBeLessThan(60)
    expect(Math.max(...wave)).toBeGreaterThan(960)
    const still = await run(`firmware: { file: ${file}, analog: { 0: ${half} } }`, 5)
    expect(new Set(readings(still))).toEqual(new Set([512]))
    const none = await run(`firmware: ${file}`, 5)
    expect(new Set(readings(none))).toEqual(new Set([0]))
  })

  it('that is none is told by its path', async () => {
    const path = join(folder, 'pump.hex')
    writeFileSync(path, ':00000001FE\n')
    await expect(run('firmware: ./pump.hex', 1)).rejects.toMatchObject({
      code: 'ERR_FIRMWARE_INVALID',
      message: `${path}: line 1 of the image has a wrong checksum`,
    })
  })

  it('that has gone since the scenario was read is told by its path', async () => {
    const path = join(folder, 'gone.hex')
    writeFileSync(path, '')
    const plan = await planOf('firmware: ./gone.hex')
    rmSync(path)
    await expect(Modules.load([plan.group], UART_BRIDGE)).rejects.toMatchObject({
      code: 'ERR_MODEL_LOAD',
      message: expect.stringContaining(`${path}: ENOENT`),
    })
  })
})
