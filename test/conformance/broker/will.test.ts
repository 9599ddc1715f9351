// Wills as the broker must keep, publish and forget them.

import { describe, expect, it } from 'vitest'
import { BOTH, DURABLE, Stage } from '../../support/broker-stage.ts'
import type { Peer } from '../../support/broker-stage.ts'

const WILL = { topic: 'will', payload: 'gone' } as const
const DELAYED = { ...WILL, properties: { willDelayInterval: 10 } } as const

function watched(): { stage: Stage; watcher: Peer } {
  const stage = new Stage()
  const watcher = stage.client('watcher')
  watcher.subscribe('will', 2, { retainAsPublished: true })
  return { stage, watcher }
}

describe('a will', () => {
  it('MQTT5-3.1.2-7 MQTT5-3.1.2-8 MQTT311-3.1.2-8: is published once the link broke', () => {
    for (const protocolVersion of BOTH) {
      const { stage, watcher } = watched()
      const peer = stage.client('c', { protocolVersion, will: { ...WILL, qos: 1 } })
      expect(watcher.all()).toEqual([])
      peer.cut()
      expect(watcher.all()).toMatchObject([{ topic: 'will', text: 'gone', qos: 1 }])
    }
  })

  it('MQTT5-3.1.2-8 MQTT311-3.1.2-8: is published when the broker gives the client up', () => {
    for (const protocolVersion of BOTH) {
      const { stage, watcher } = watched()
      stage.client('silent', { protocolVersion, keepalive: 2, will: WILL })
      stage.advance(4)
      stage.client('wrong', { protocolVersion, will: WILL }).sendHex('c100')
      stage.client('twice', { protocolVersion, will: WILL })
      stage.client('twice', { protocolVersion })
      expect(watcher.texts()).toEqual(['gone', 'gone', 'gone'])
    }
  })

  it('MQTT5-3.14.4-3 MQTT311-3.14.4-3 MQTT311-3.1.2-12: is not published after DISCONNECT', () => {
    for (const protocolVersion of BOTH) {
      const { stage, watcher } = watched()
      stage.client('c', { protocolVersion, will: WILL }).sendHex('e000')
      stage.client('without', { protocolVersion }).cut()
      stage.advance(100)
      expect(watcher.all()).toEqual([])
    }
  })

  it('MQTT5-3.1.2-8: is published after DISCONNECT with reason code 0x04', () => {
    const { stage, watcher } = watched()
    stage.client('c', { will: WILL }).sendHex('e00104')
    expect(watcher.texts()).toEqual(['gone'])
  })

  it('MQTT5-3.1.2-10 MQTT311-3.1.2-10: is published once', () => {
    for (const protocolVersion of BOTH) {
      const { stage, watcher } = watched()
      stage.client('c', { ...DURABLE, protocolVersion, will: WILL }).cut()
      stage.client('c', { ...DURABLE, protocolVersion }).cut()
      stage.advance(2000)
      expect(watcher.texts()).toEqual(['gone'])
    }
  })

  it('MQTT5-3.1.2-10: that was taken back does not come with the end of the session', () => {
    const { stage, watcher } = watched()
    stage.client('c', { ...DURABLE, will: DELAYED }).sendHex('e000')
    stage.advance(2000)
    expect(watcher.texts()).toEqual([])
  })

  it('MQTT5-3.1.3-9: is not published when the client is back before its delay ended', () => {
    const { stage, watcher } = watched()
    stage.client('c', { ...DURABLE, will: DELAYED }).cut()
    stage.advance(9)
    stage.client('c', DURABLE)
    stage.advance(20)
    expect(watcher.texts()).toEqual([])
  })

  it('MQTT5-3.1.2-8: is published when its delay or its session ends, whichever is first', () => {
    const { stage, watcher } = watched()
    stage.client('c', { ...DURABLE, will: DELAYED }).cut()
    stage.client('d', { properties: { sessionExpiryInterval: 5 }, will: DELAYED }).cut()
    stage.client('e', { will: DELAYED }).cut()
    expect(watcher.texts()).toEqual(['gone'])
    stage.advance(5)
    expect(watcher.texts()).toEqual(['gone'])
    stage.advance(5)
    expect(watcher.texts()).toEqual(['gone'])
  })

  it('MQTT5-3.1.2-8: that waits is published when a clean start ends its session', () => {
    const { stage, watcher } = watched()
    stage.client('away', { ...DURABLE, will: DELAYED }).cut()
    stage.client('away', { clean: true })
    expect(watcher.texts()).toEqual(['gone'])
    stage.client('here', { ...DURABLE, will: DELAYED })
    stage.client('here', { clean: true })
    expect(watcher.texts()).toEqual(['gone'])
  })

  it(
    'MQTT5-3.1.2-14 MQTT5-3.1.2-15 MQTT311-3.1.2-16 MQTT311-3.1.2-17: has RETAIN as it was ' +
      'given',
    () => {
      for (const protocolVersion of BOTH) {
        for (const retain of [false, true]) {
          const { stage, watcher } = watched()
          stage.client('c', { protocolVersion, will: { ...WILL, retain } }).cut()
          expect(watcher.all()).toMatchObject([{ retain }])
          expect(stage.core.defaultHost.retained.size).toBe(retain ? 1 : 0)
        }
      }
    },
  )

  it('MQTT5-3.1.3-10: keeps its properties, user properties in their order', () => {
    const { stage, watcher } = watched()
    const peer = stage.peer()
    peer.speak(5)
    // Will properties: content type x; user properties b=1, 10=2, b=3, 2=4.
    const pairs = '26000162000131 260002313000 0132 26000162000133 26000132000134'
    const properties = `030001 78 ${pairs}`
    const body = `0004 4d515454 05 06 0000 00 0001 63 21 ${properties} 0004 77696c6c 0001 78`
    const bytes = Buffer.from(body.replaceAll(' ', ''), 'hex')
    peer.sendBytes(Buffer.concat([Buffer.from([0x10, bytes.length]), bytes]))
    expect(peer.take('connack')).toMatchObject({ reasonCode: 0 })
    peer.cut()
    expect(watcher.takeHex()).toContain(properties.replaceAll(' ', ''))
  })
})
