// The packet bridge in virtual time: which connection of the broker gets what, and what the device
// is told when there is none.

import { encodePacket } from '@motewire/sdk/codec'
import { LinkError } from '@motewire/sdk'
import { ManualClock } from '@motewire/sdk/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { MqttBridge } from '../../../hardware/index.ts'
import { Wire } from './wire.ts'

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
const CONNECT = latin1(
  encodePacket(
    { type: 'connect', protocolVersion: 4, clientId: 'pump', clean: true, keepalive: 30 },
    4,
  ),
)
const CONNACK = '\x20\x02\x00\x00'
const MESSAGE = '\x30\x06\x00\x01tabc'
const SERVER_GONE = '\xe0\x00'

describe('packet bridge', () => {
  let clock: ManualClock
  let port: Wire
  let net: Wire
  let bridge: MqttBridge
  let lines: string[]

  beforeEach(async () => {
    clock = new ManualClock()
    port = new Wire('serial /dev/ttyX', clock, true)
    net = new Wire('tcp broker:1883', clock, false)
    lines = []
    const handleNotice = ({ message }: { readonly message: string }): void => {
      lines.push(message)
    }
    bridge = new MqttBridge({ port, broker: net, clock, seed: 1, handleNotice })
    await bridge.start()
    clock.settle()
  })

  function say(text: string): void {
    port.far!.send(text)
    clock.settle()
  }

  it('connects to the broker only when the device does', () => {
    expect(net.attempts).toBe(0)
    say(`boot text${CONNECT}${MESSAGE}`)
    expect(net.attempts).toBe(1)
    expect(net.far!.text).toBe(CONNECT + MESSAGE)
  })

  it('gives each session of the device a connection of its own, without half a packet', () => {
    say(CONNECT + MESSAGE + MESSAGE.slice(0, 6))
    const first = net.far!
    say(CONNECT)
    clock.advance(1)
    expect(first.isClosed).toBe(true)
    expect(first.text).toBe(CONNECT + MESSAGE)
    expect(net.attempts).toBe(2)
    expect(net.far!.text).toBe(CONNECT)
    expect(lines).toContain('serial /dev/ttyX: the device was reset')
  })

  it('ends the connection when the device stops in the middle of a packet', () => {
    say(CONNECT + MESSAGE.slice(0, 6))
    const first = net.far!
    clock.advance(59)
    expect(first.isClosed).toBe(false)
    clock.advance(3)
    expect(first.isClosed).toBe(true)
    expect(port.far!.text).toBe(SERVER_GONE)
    expect(bridge.snapshot().mqtt).toMatchObject({ isInSession: false, sessions: 1 })
  })

  it('tells the device when the broker goes, and connects again with it', () => {
    say(CONNECT)
    net.far!.send(CONNACK)
    clock.settle()
    net.far!.cut()
    clock.settle()
    expect(port.far!.text).toBe(CONNACK + SERVER_GONE)
    say(MESSAGE)
    expect(net.attempts).toBe(1)
    say(CONNECT)
    expect(net.far!.text).toBe(CONNECT)
  })

  it('keeps the newest CONNECT until the broker is there', () => {
    net.next = new LinkError('ERR_LINK_REFUSED', 'tcp broker:1883 refused the connection')
    say(CONNECT)
    clock.advance(5_000)
    expect(net.attempts).toBeGreaterThan(2)
    net.next = 'connect'
    clock.advance(6_000)
    expect(net.far!.text).toBe(CONNECT)
  })

  it('does not use a CONNECT that the device has given up', () => {
    net.next = new LinkError('ERR_LINK_REFUSED', 'tcp broker:1883 refused the connection')
    say(CONNECT)
    clock.advance(16_000)
    net.next = 'connect'
    clock.advance(6_000)
    expect(net.far!.text).toBe('')
    expect(port.far!.text).toBe(SERVER_GONE)
  })

  it('ends the connection with the port', () => {
    say(CONNECT)
    const first = net.far!
    port.far!.cut()
    clock.advance(1)
    expect(first.isClosed).toBe(true)
    expect(first.text).toBe(CONNECT)
  })
})
