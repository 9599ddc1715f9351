// Who gives identities: what requests are answered with, where and when.

import { beforeEach, describe, expect, it } from 'vitest'
import { ProvisioningDesk } from '../../../../simulator/device/provisioning-desk.ts'
import type { ProvisionerSpec } from '../../../../simulator/scenario/index.ts'
import { ManualDevice } from './manual-device.ts'

const SPEC: ProvisionerSpec = {
  filter: 'provision/+/request',
  qos: 1,
  clientId: undefined,
  username: '{id}',
  password: undefined,
  afterMs: 250,
  failShare: 0,
}

const identityOf = (id: string): Record<string, string> => ({
  username: id,
  password: `secret-${id}`,
})

let device: ManualDevice
beforeEach(() => (device = new ManualDevice()))

const request = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

describe('a provisioner', () => {
  it('answers where the request says, after a while, with credentials', () => {
    const desk = new ProvisioningDesk(device, SPEC, identityOf)
    desk.handleMessage(request({ id: 'meter-7', reply: 'provision/meter-7/response' }))
    device.run(249)
    expect(device.sent).toEqual([])
    device.run(250)
    expect(device.sent[0]).toMatchObject({
      atMs: 250,
      topic: 'provision/meter-7/response',
      payload: '{"username":"meter-7","password":"secret-meter-7"}',
      qos: 1,
      retain: false,
    })
    expect(device.measured).toEqual([['provisioner.given', 1]])
  })

  it('refuses the part of the requests that it is told to', () => {
    const desk = new ProvisioningDesk(device, { ...SPEC, failShare: 0.5 }, identityOf)
    for (let asked = 0; asked < 200; asked++) desk.handleMessage(request({ id: 'a', reply: 'r' }))
    device.run(250)
    const refused = device.sent.filter(({ payload }) => payload === '{"error":"refused"}').length
    expect(device.sent).toHaveLength(200)
    expect(refused).toBeGreaterThan(60)
    expect(refused).toBeLessThan(140)
  })

  it.each([
    ['no JSON', new TextEncoder().encode('{')],
    ['no id', request({ reply: 'r' })],
    ['no topic to answer on', request({ id: 'a' })],
    ['a wildcard in that topic', request({ id: 'a', reply: 'r/#' })],
    ['nothing', request(null)],
    ['far too much', request({ id: 'a', reply: 'r', more: 'x'.repeat(20_000) })],
  ])('answers nothing to %s, and counts it', (_what, payload) => {
    const desk = new ProvisioningDesk(device, SPEC, identityOf)
    desk.handleMessage(payload)
    device.run(1_000)
    expect(device.sent).toEqual([])
    expect(device.measured).toEqual([['provisioner.unreadable', 1]])
  })

  it('answers nobody any more once it is stopped', () => {
    const desk = new ProvisioningDesk(device, SPEC, identityOf)
    desk.handleMessage(request({ id: 'a', reply: 'r' }))
    desk.stop()
    desk.handleMessage(request({ id: 'b', reply: 'r' }))
    device.run(1_000)
    expect(device.sent).toEqual([])
    expect(device.tasks).toBe(0)
  })
})
