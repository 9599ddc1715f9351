// The states of an open port, in virtual time: whether what comes is understood, and whether what
// is to be sent moves. Neither is a reason to let go of the other side.

import { encodePacket } from '@motewire/sdk/codec'
import { ManualClock } from '@motewire/sdk/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { Bridge, formatBridgeFigures, MqttBridge, statusOf } from '../../../hardware/index.ts'
import { StallWatch } from '../../../hardware/bridge/stall-watch.ts'
import type { WatchedPort } from '../../../hardware/bridge/stall-watch.ts'
import { Wire } from './wire.ts'

const PORT = 'serial /dev/ttyX'
const CONNECT = Buffer.from(
  encodePacket(
    { type: 'connect', protocolVersion: 4, clientId: 'a', clean: true, keepalive: 60 },
    4,
  ),
).toString('latin1')

let clock: ManualClock
let port: Wire
let net: Wire
let notices: string[]

beforeEach(() => {
  clock = new ManualClock()
  port = new Wire(PORT, clock, true)
  net = new Wire('tcp broker:1883', clock, false)
  notices = []
})

const handleNotice = ({ message }: { readonly message: string }): void => {
  notices.push(message)
}

describe('a port whose device should speak MQTT', () => {
  let bridge: MqttBridge

  beforeEach(async () => {
    bridge = new MqttBridge({ port, broker: net, clock, seed: 1, handleNotice })
    await bridge.start()
    clock.settle()
  })

  const state = (): string => bridge.snapshot().port.state
  const send = (text: string): void => {
    port.far!.send(text)
    clock.advance(100)
  }

  it('is probed until a packet comes, whatever else does', () => {
    expect(state()).toBe('probing')
    send('ets Jan  8 2013,rst cause:1\r\n')
    expect(state()).toBe('probing')
    send(CONNECT)
    expect(state()).toBe('up')
    expect(notices.filter((line) => line.startsWith(PORT))).toEqual([`${PORT} is connected`])
    expect(net.far!.text).toBe(CONNECT)
  })

  it('is probed again after each opening', () => {
    send(CONNECT)
    port.far!.cut()
    clock.advance(1_000)
    expect(state()).toBe('probing')
    expect(bridge.snapshot().port).toMatchObject({ opens: 2, losses: 1 })
  })
})

describe('a port of bytes', () => {
  let bridge: Bridge

  beforeEach(async () => {
    bridge = new Bridge({ port, net, clock, seed: 1, handleNotice })
    await bridge.start()
    clock.settle()
  })

  const states = (): string => `${bridge.snapshot().port.state} ${bridge.snapshot().net.state}`

  /** More than the port takes while nobody reads it. */
  function fill(): void {
    port.far!.pause()
    for (let count = 0; count < 3; count++) {
      net.far!.send('x'.repeat(60_000))
      clock.settle()
    }
  }

  it('is up at once, because any byte may be right', () => {
    expect(states()).toBe('up up')
  })

  it('is stalled when what is to be sent stands still, and up again when it moves', () => {
    fill()
    clock.advance(4_999)
    expect(states()).toBe('up up')
    clock.advance(1)
    expect(states()).toBe('stalled up')
    const why = `${PORT} takes no bytes; flow control or the device holds them up`
    expect(notices.at(-1)).toBe(why)
    expect(statusOf(bridge.snapshot())).toMatchObject({ port: 'stalled', reason: why })
    port.far!.send('still heard')
    clock.settle()
    expect(net.far!.text).toBe('still heard')
    port.far!.resume()
    clock.settle()
    expect(states()).toBe('up up')
    expect(notices.at(-1)).toBe(`${PORT} takes bytes again`)
    expect(port.far!.text).toHaveLength(180_000)
    expect(statusOf(bridge.snapshot()).reason).toBeUndefined()
  })

  it('can be lost and lent while it is stalled', async () => {
    fill()
    clock.advance(5_000)
    port.far!.cut()
    clock.advance(1_000)
    expect(states()).toBe('up up')
    fill()
    clock.advance(5_000)
    const isFree = bridge.lend()
    clock.settle()
    await isFree
    expect(states()).toBe('lent idle')
    clock.advance(60_000)
    expect(states()).toBe('lent idle')
  })

  it('has its state among the figures', () => {
    fill()
    clock.advance(5_000)
    const text = formatBridgeFigures([{ name: 'pump', snapshot: bridge.snapshot() }])
    expect(text.match(/^motewire_bridge_port_state\{.* 1$/gm)).toEqual([
      'motewire_bridge_port_state{port="pump",state="stalled"} 1',
    ])
    expect(text.match(/^motewire_bridge_port_state\{.* 0$/gm)).toHaveLength(7)
    expect(text).toContain('motewire_bridge_port_up{port="pump"} 1')
  })
})

describe('a watch for bytes that stand still', () => {
  let pending = 0
  let changes: string[]

  function watch(port_: WatchedPort): StallWatch {
    changes = []
    return new StallWatch(port_, clock, 5_000, (isStalled) => {
      changes.push(`${clock.now()} ${isStalled}`)
    })
  }

  const tells: WatchedPort = { pendingBytes: () => pending }

  it('lets a long write take its time while it moves', () => {
    const one = watch(tells)
    pending = 100_000
    one.handleBlocked(clock.now())
    for (let step = 0; step < 10; step++) {
      clock.advance(4_900)
      pending -= 4_096
    }
    expect(changes).toEqual([])
    clock.advance(10_000)
    expect(changes).toEqual(['55000 true'])
    pending -= 1
    clock.advance(250)
    expect(changes).toHaveLength(2)
  })

  it('waits as long as a slow line takes for what its driver holds', () => {
    const settings = { baud: 300 }
    const control = (): never => ({ settings }) as never
    const one = watch({ ...tells, control })
    expect(one.patienceMs).toBeCloseTo(273_066.7, 0)
    settings.baud = 115_200
    expect(one.patienceMs).toBe(5_000)
  })

  it('forgets with the connection', () => {
    const one = watch(tells)
    one.handleBlocked(clock.now())
    one.clear()
    clock.advance(60_000)
    expect(changes).toEqual([])
  })
})
