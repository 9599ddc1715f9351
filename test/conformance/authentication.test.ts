// Enhanced authentication: AUTH before CONNACK, re-authentication, and every way in which a server
// can get it wrong.

import { describe, expect, it } from 'vitest'
import { online, ScriptedServer } from '../support/conformance/scripted-server.ts'

/** Answers every challenge with its bytes in reverse; remembers what it was asked. */
function authenticating(): {
  readonly options: { readonly authenticator: object }
  readonly asked: string[]
} {
  const asked: string[] = []
  const authenticator = {
    method: 'MIRROR',
    start: () => Buffer.from('hello'),
    respond: (data: Uint8Array | undefined, reasonCode: number) => {
      asked.push(`${Buffer.from(data ?? []).toString()} ${reasonCode}`)
      return Buffer.from([...(data ?? [])].toReversed())
    },
  }
  return { options: { authenticator }, asked }
}

function started(): ScriptedServer & { readonly asked: string[] } {
  const { options, asked } = authenticating()
  const server = new ScriptedServer(options as object)
  return Object.assign(server, { asked })
}

const method = { authenticationMethod: 'MIRROR' }
const auth = (reasonCode: number, data: string, name = 'MIRROR'): Record<string, unknown> => ({
  cmd: 'auth',
  reasonCode,
  properties: { authenticationMethod: name, authenticationData: Buffer.from(data) },
})

describe('enhanced authentication', () => {
  it('MQTT5-3.1.2-30: sends nothing but AUTH before CONNACK', () => {
    const server = started()
    server.client.publish('t', 'x', { qos: 1 })
    expect(server.start()).toMatchObject({ properties: method })
    server.client.publish('u', 'x')
    server.client.subscribe('s').catch(() => undefined)
    expect(server.take()).toEqual([])
    server.send(auth(0x18, 'abc'))
    expect(server.take().map(({ cmd }) => cmd)).toEqual(['auth'])
    server.connack({ properties: method })
    expect(server.take().map(({ cmd }) => cmd)).toContain('publish')
  })

  it('MQTT5-4.12.0-2 MQTT5-4.12.0-3 MQTT5-4.12.0-5: answers each AUTH with 0x18', () => {
    const server = started()
    expect(server.start()).toMatchObject({
      properties: { ...method, authenticationData: Buffer.from('hello') },
    })
    for (const [challenge, answer] of [
      ['abc', 'cba'],
      ['12', '21'],
    ] as const) {
      server.send(auth(0x18, challenge))
      expect(server.next('auth')).toMatchObject({
        reasonCode: 0x18,
        properties: { ...method, authenticationData: Buffer.from(answer) },
      })
    }
    server.connack({ properties: method })
    expect(server.client.connected).toBe(true)
    expect(server.asked.slice(0, 2)).toEqual(['abc 24', '12 24'])
  })

  it.each([
    ['another method in AUTH', auth(0x18, 'x', 'OTHER')],
    ['success in AUTH instead of CONNACK', auth(0x00, 'x')],
    [
      'another method in CONNACK',
      { cmd: 'connack', reasonCode: 0, properties: { authenticationMethod: 'OTHER' } },
    ],
    ['no method in CONNACK', { cmd: 'connack', reasonCode: 0 }],
  ])('MQTT5-4.12.0-5: closes at %s', (_name, packet) => {
    const server = started()
    server.start()
    server.send(packet)
    expect(server.isOpen).toBe(false)
    expect(server.client.connected).toBe(false)
    expect(server.errors).toHaveLength(1)
  })

  it('MQTT5-4.12.0-4 MQTT5-4.12.0-1: is told when the server refuses', () => {
    const server = started()
    server.start()
    server.connack({ reasonCode: 0x8c })
    expect(server.isOpen).toBe(false)
    expect(server.errors.at(-1)).toMatchObject({ code: 'ERR_CONNECT_REFUSED', reasonCode: 0x8c })
  })

  it('MQTT5-4.12.0-6: a method in CONNACK that was not asked for closes', () => {
    const server = new ScriptedServer()
    server.start()
    server.connack({ properties: method })
    expect(server.isOpen).toBe(false)
    expect(server.client.connected).toBe(false)
  })

  it('MQTT5-4.12.0-7: AUTH is never sent without a method in CONNECT', () => {
    const server = online()
    try {
      server.client.reauthenticate()
    } catch {
      // A refusal is as good: what counts is the wire.
    }
    expect(server.take()).toEqual([])
  })

  it('MQTT5-4.12.1-1: begins anew with 0x19 and the same method', () => {
    const server = started()
    server.start()
    server.connack({ properties: method })
    server.take()
    server.client.reauthenticate()
    expect(server.next('auth')).toMatchObject({ reasonCode: 0x19, properties: method })
    server.publish('t', 'x')
    expect(server.messages).toHaveLength(1)
    server.send(auth(0x18, 'abc'))
    expect(server.next('auth')).toMatchObject({
      reasonCode: 0x18,
      properties: { ...method, authenticationData: Buffer.from('cba') },
    })
    server.send(auth(0x00, 'done'))
    expect(server.take()).toEqual([])
    expect(server.isOpen).toBe(true)
  })

  it('MQTT5-4.12.1-2: closes when another method answers the re-authentication', () => {
    const server = started()
    server.start()
    server.connack({ properties: method })
    server.client.reauthenticate()
    server.take()
    server.send(auth(0x18, 'abc', 'OTHER'))
    expect(server.take().at(-1)).toMatchObject({ cmd: 'disconnect', reasonCode: 0x82 })
    expect(server.isOpen).toBe(false)
  })

  it('MQTT5-4.12.1-1: is not begun by the server', () => {
    const server = started()
    server.start()
    server.connack({ properties: method })
    server.take()
    server.send(auth(0x18, 'abc'))
    expect(server.take().at(-1)).toMatchObject({ cmd: 'disconnect', reasonCode: 0x82 })
    expect(server.isOpen).toBe(false)
  })
})
