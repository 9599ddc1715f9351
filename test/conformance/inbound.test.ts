// What a server may not send, and what it may: each case whole, byte by byte and with a packet
// behind it. After an illegal packet nothing is delivered, 5.0 says why, the link closes, and the
// session works as before on the next connection.

import { describe, expect, it } from 'vitest'
import { PeerError } from '@motewire/sdk'
import { online, TAIL_TOPIC, threeWays } from '../support/conformance/scripted-server.ts'
import type { ScriptedServer } from '../support/conformance/scripted-server.ts'
import { ILLEGAL_4, ILLEGAL_5 } from './cases/illegal.ts'
import { LEGAL_4, LEGAL_5 } from './cases/legal.ts'

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex')
}

/** An online client with a QoS 1 message in flight, which must survive. */
function busy(protocolVersion: 3 | 4 | 5): ScriptedServer {
  const server = online({ protocolVersion })
  server.client.publish('keep', 'x', { qos: 1 })
  expect(server.next('publish')).toMatchObject({ topic: 'keep', qos: 1, messageId: 1 })
  return server
}

function expectRefused(server: ScriptedServer, reasonCode: number, way: string): void {
  const isTold = server.version === 5
  const error = server.errors.at(-1)
  const { messages, outcomes, isOpen } = server
  expect({ way, sent: server.take(), messages, outcomes, isOpen }).toMatchObject({
    way,
    sent: isTold ? [{ cmd: 'disconnect', reasonCode }] : [],
    messages: [],
    outcomes: [],
    isOpen: false,
  })
  expect(error).toBeInstanceOf(PeerError)
  const told = isTold ? (error as PeerError).reasonCode : reasonCode
  expect({ way, told }).toEqual({ way, told: reasonCode })
}

/** The message in flight is delivered on the next connection, and messages come in again. */
function expectIntact(server: ScriptedServer): void {
  server.awaitConnect()
  server.connack()
  const again = server.next('publish')
  expect(again).toMatchObject({ topic: 'keep', qos: 1 })
  server.send({ cmd: 'puback', messageId: again['messageId'] })
  expect(server.outcomes).toEqual(['delivered keep'])
  server.publish('after', 'y')
  expect(server.messages.map(({ topic }) => topic)).toEqual(['after'])
}

function checkIllegal(version: 3 | 4 | 5, hex: string, reasonCode: number): void {
  const ways = threeWays(online({ protocolVersion: version }), bytesOf(hex))
  for (const [way, chunks] of ways) {
    const server = busy(version)
    server.sendBytes(...chunks)
    expectRefused(server, reasonCode, way)
    expectIntact(server)
  }
}

function checkLegal(version: 4 | 5, hex: string, messages: readonly string[]): void {
  const ways = threeWays(online({ protocolVersion: version }), bytesOf(hex))
  for (const [way, chunks] of ways) {
    const server = busy(version)
    server.sendBytes(...chunks)
    const { isOpen, errors, outcomes } = server
    const topics = server.messages.map(({ topic }) => topic)
    expect({ way, topics, isOpen, errors, outcomes }).toEqual({
      way,
      topics: way === 'with a tail' ? [...messages, TAIL_TOPIC] : messages,
      isOpen: true,
      errors: [],
      outcomes: [],
    })
  }
}

describe('a 5.0 client refuses', () => {
  it.each(ILLEGAL_5)('%s', (_name, hex, reasonCode) => checkIllegal(5, hex, reasonCode))
})

describe('a 3.1.1 client closes at', () => {
  it.each(ILLEGAL_4)('%s', (_name, hex) => checkIllegal(4, hex, 0))
})

describe('a 3.1 client closes at', () => {
  // MQTT 3.1 allows DUP in PUBREL: it resends by timer.
  const cases = ILLEGAL_4.filter(([, hex]) => !hex.startsWith('6a'))
  it.each(cases)('%s', (_name, hex) => checkIllegal(3, hex, 0))
})

describe('a 5.0 client takes', () => {
  it.each(LEGAL_5)('%s', (_name, hex, messages) => checkLegal(5, hex, messages))
})

describe('a 3.1.1 client takes', () => {
  it.each(LEGAL_4)('%s', (_name, hex, messages) => checkLegal(4, hex, messages))
})
