// What the client never sends, whatever the application asks for: the harness fails a test when our
// strict decoder refuses a packet; here the application asks for the illegal.

import { describe, expect, it } from 'vitest'
import { matchesFilter } from '@motewire/sdk/codec'
import type { Properties } from '@motewire/sdk'
import { online } from '../support/conformance/scripted-server.ts'
import type { ScriptedServer } from '../support/conformance/scripted-server.ts'

/** Runs it, and says whether it was refused at once. */
function isRefused(work: () => unknown): boolean {
  try {
    work()
    return false
  } catch {
    return true
  }
}

async function outcomeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'done',
    (error: unknown) => (error as { code?: string }).code ?? 'refused',
  )
}

describe('a PUBLISH to the server', () => {
  it.each([
    ['MQTT5-4.7.0-1 MQTT5-3.3.2-2: has no # in its topic', 'a/#'],
    ['MQTT5-4.7.0-1 MQTT5-3.3.2-2: has no + in its topic', '+'],
    ['MQTT5-4.7.3-1: has a topic', ''],
    ['MQTT5-4.7.3-2: has no U+0000 in its topic', 'a\0b'],
    ['MQTT5-1.5.4-1: has no lone surrogate in its topic', 'a\uDC00'],
    ['MQTT5-4.7.3-3: has no topic of more than 65,535 bytes', 'é'.repeat(32_768)],
    ['MQTT311-4.7.1-1 MQTT311-3.3.2-2: has no wildcard in its topic', 'a/+/b'],
    ['MQTT311-4.7.3-1: has a topic', ''],
    ['MQTT311-4.7.3-2: has no U+0000 in its topic', '\0'],
    ['MQTT311-4.7.3-3: has no topic of more than 65,535 bytes', 'x'.repeat(65_536)],
    ['MQTT311-1.5.3-1: has no lone surrogate in its topic', '\uD800'],
  ])('%s', (name, topic) => {
    const server = online({ protocolVersion: name.startsWith('MQTT5') ? 5 : 4 })
    for (const qos of [0, 1, 2] as const) {
      expect(isRefused(() => server.client.publish(topic, 'x', { qos }))).toBe(true)
    }
    expect(server.take()).toEqual([])
  })

  it('MQTT5-4.7.3-3: takes a topic of exactly 65,535 bytes', () => {
    const server = online()
    server.client.publish('x'.repeat(65_535), '')
    expect(server.take()).toHaveLength(1)
  })

  it('MQTT5-3.3.2-1 MQTT311-3.3.2-1: keeps case, spaces and empty levels of its topic', () => {
    for (const protocolVersion of [4, 5] as const) {
      const server = online({ protocolVersion })
      for (const topic of ['A/b', 'a/B', ' ', '/', '//x/', '\uFEFFt', '$x', '\u{1F600}']) {
        server.client.publish(topic, '')
        expect(server.next('publish')['topic']).toBe(topic)
      }
    }
  })

  it.each<[string, Properties]>([
    ['MQTT5-3.3.4-6: has no subscription identifier', { subscriptionIdentifier: 1 }],
    ['MQTT5-3.3.2-14: has no wildcard in its response topic', { responseTopic: 'a/+' }],
    ['MQTT5-3.3.2-13: has a well-formed response topic', { responseTopic: 'a\uD800' }],
    ['MQTT5-3.3.2-19: has a well-formed content type', { contentType: '\uD800' }],
    ['MQTT5-3.3.2-19: has no U+0000 in its content type', { contentType: 'a\0' }],
    ['MQTT5-2.2.2-1: has no property of another packet', { serverKeepAlive: 5 }],
    ['MQTT5-2.2.2-1: has no interval beyond four bytes', { messageExpiryInterval: 2 ** 32 }],
    ['MQTT5-2.2.2-1: has no negative interval', { messageExpiryInterval: -1 }],
    ['MQTT5-1.5.7-1: has well-formed user properties', { userProperties: { 'a\0': 'b' } }],
    [
      'MQTT5-1.5.7-1: has user properties of 65,535 bytes at most',
      { userProperties: { a: 'x'.repeat(65_536) } },
    ],
  ])('%s', (_name, properties) => {
    const server = online()
    isRefused(() => server.client.publish('t', 'x', { qos: 1, properties }))
    // Refused at once or not: it is not on the wire.
    expect(server.take()).toEqual([])
    server.client.publish('u', 'x', { qos: 1 })
    expect(server.take()).toMatchObject([{ topic: 'u' }])
    expect(server.isOpen).toBe(true)
  })

  it.each([
    ['MQTT5-3.3.1-4: has no QoS 3', 5 as const],
    ['MQTT311-3.3.1-4: has no QoS 3', 4 as const],
  ])('%s', (_name, protocolVersion) => {
    const server = online({ protocolVersion })
    expect(isRefused(() => server.client.publish('t', 'x', { qos: 3 as 2 }))).toBe(true)
    expect(server.take()).toEqual([])
  })
})

describe('a SUBSCRIBE or UNSUBSCRIBE', () => {
  it('MQTT5-3.8.1-1 MQTT5-3.10.1-1: has the flags 0010, also when it is sent again', () => {
    const server = online({ clean: false, properties: { sessionExpiryInterval: 60 } })
    server.client.subscribe('a').catch(() => undefined)
    server.client.unsubscribe('b').catch(() => undefined)
    server.settle()
    expect(server.sentHex).toContain('8207')
    expect(server.sentHex).toContain('a206')
    server.reconnect({ sessionPresent: true })
    server.settle()
    expect(server.sentHex).toMatch(/8207....00000161/)
    expect(server.sentHex).toMatch(/a206....00000162/)
    expect(server.sentHex).not.toMatch(/8a07|aa06/)
  })

  it('MQTT311-3.8.1-1 MQTT311-3.10.1-1: has the flags 0010', () => {
    const server = online({ protocolVersion: 4 })
    server.client.subscribe('a').catch(() => undefined)
    server.client.unsubscribe('b').catch(() => undefined)
    server.settle()
    expect(server.sentHex).toMatch(/8206....000161/)
    expect(server.sentHex).toMatch(/a205....000162/)
  })

  it.each([
    ['MQTT5-4.7.1-1: has # only at the end', 'a/#/b'],
    ['MQTT5-4.7.1-1: has # only as a whole level', 'a#'],
    ['MQTT5-4.7.1-2: has + only as a whole level', 'a/b+'],
    ['MQTT5-4.7.1-2: has + only as a whole level, in front too', '+a/b'],
    ['MQTT5-4.7.3-1 MQTT5-3.8.3-2: has a filter', ''],
    ['MQTT5-4.7.3-2: has no U+0000 in a filter', 'a\0'],
    ['MQTT5-3.8.3-1 MQTT5-3.10.3-1: has well-formed filters', '\uD800'],
    ['MQTT5-4.7.3-3: has no filter of more than 65,535 bytes', 'x'.repeat(65_536)],
    ['MQTT5-4.8.2-1: has a share name', '$share//a'],
    ['MQTT5-4.8.2-2: has no + in a share name', '$share/a+/b'],
    ['MQTT5-4.8.2-2: has no # in a share name', '$share/#/b'],
    ['MQTT5-4.8.2-2: has a filter behind a share name', '$share/a'],
    ['MQTT5-4.8.2-2: has a filter behind the slash of a share name', '$share/a/'],
    ['MQTT5-4.8.2-1: has more than $share', '$share'],
    ['MQTT311-4.7.1-2: has # only at the end', '#/a'],
    ['MQTT311-4.7.1-3: has + only as a whole level', 'a+/b'],
    ['MQTT311-3.8.3-1 MQTT311-3.10.3-1: has well-formed filters', 'a\uDC00b'],
  ])('%s', async (name, filter) => {
    const server = online({ protocolVersion: name.startsWith('MQTT5') ? 5 : 4 })
    expect(await outcomeOf(server.client.subscribe(filter))).toBe('ERR_FILTER_INVALID')
    expect(await outcomeOf(server.client.unsubscribe(filter))).toBe('ERR_FILTER_INVALID')
    expect(server.take()).toEqual([])
  })

  it.each([
    ['MQTT5-3.8.3-2 MQTT5-3.10.3-2: has at least one filter', 5 as const],
    ['MQTT311-3.8.3-3 MQTT311-3.10.3-2: has at least one filter', 4 as const],
  ])('%s', async (_name, protocolVersion) => {
    const server = online({ protocolVersion })
    expect(await outcomeOf(server.client.subscribe([]))).not.toBe('done')
    expect(await outcomeOf(server.client.unsubscribe([]))).not.toBe('done')
    expect(server.take()).toEqual([])
  })

  it('MQTT5-3.8.3-4: has no No Local on a shared subscription', async () => {
    const server = online()
    const refusal = await outcomeOf(server.client.subscribe('$share/g/t', { noLocal: true }))
    expect(refusal).not.toBe('done')
    expect(server.take()).toEqual([])
  })

  it('MQTT5-3.8.3-5 MQTT311-3.8.3-4: has no reserved option and no QoS 3', async () => {
    for (const protocolVersion of [4, 5] as const) {
      const server = online({ protocolVersion })
      const subscribe = (options: object): Promise<unknown> =>
        Promise.resolve().then(() => server.client.subscribe('t', options))
      expect(await outcomeOf(subscribe({ qos: 3 }))).not.toBe('done')
      expect(server.take()).toEqual([])
    }
    const server = online()
    const ask = Promise.resolve().then(() =>
      server.client.subscribe('t', { retainHandling: 3 as 2 }),
    )
    expect(await outcomeOf(ask)).not.toBe('done')
    expect(server.take()).toEqual([])
  })

  it('MQTT5-3.8.3-3: carries its options', () => {
    const server = online()
    const options = { qos: 1, noLocal: true, retainAsPublished: true, retainHandling: 2 } as const
    server.client.subscribe('t', options).catch(() => undefined)
    expect(server.next('subscribe')).toMatchObject({
      subscriptions: [{ topic: 't', qos: 1, nl: true, rap: true, rh: 2 }],
    })
    expect(server.sentHex.endsWith('2d')).toBe(true)
  })

  it('MQTT5-3.3.4-3: has no subscription identifier 0 and none above 268,435,455', async () => {
    for (const subscriptionIdentifier of [0, 268_435_456]) {
      const server = online()
      const ask = Promise.resolve().then(() =>
        server.client.subscribe('t', { properties: { subscriptionIdentifier } }),
      )
      expect(await outcomeOf(ask)).not.toBe('done')
      expect(server.take()).toEqual([])
      expect(server.isOpen).toBe(true)
    }
  })
})

/** A client that asked for three filters. */
function asked(protocolVersion: 4 | 5 = 5): {
  server: ScriptedServer
  answer: Promise<string>
} {
  const server = online({ protocolVersion })
  const answer = server.client.subscribe(['a', 'b', 'c'], { qos: 2 }).then(
    (grants) => grants.map(({ topic, qos }) => `${topic} ${qos}`).join(', '),
    (error: unknown) => `refused ${(error as { code?: string }).code ?? ''}`,
  )
  server.next('subscribe')
  return { server, answer }
}

describe('SUBACK and UNSUBACK', () => {
  it('MQTT5-3.9.3-1 MQTT5-3.8.4-7: give each filter its reason code, in order', async () => {
    const { server, answer } = asked()
    server.sendHex('90 06 0001 00 02 87 00')
    expect(await answer).toBe('a 2, b 135, c 0')
  })

  it('MQTT311-3.9.3-1 MQTT311-3.9.3-2: 0x80 is the failure of one filter', async () => {
    const { server, answer } = asked(4)
    server.sendHex('90 05 0001 01 80 00')
    expect(await answer).toBe('a 1, b 128, c 0')
  })

  it('MQTT5-3.8.4-6: with too few or too many reason codes are a Protocol Error', () => {
    for (const hex of ['90 05 0001 00 00 00', '90 07 0001 00 00 00 00 00']) {
      const { server } = asked()
      server.sendHex(hex)
      expect(server.take()).toMatchObject([{ cmd: 'disconnect', reasonCode: 0x82 }])
      expect(server.isOpen).toBe(false)
    }
  })

  it('MQTT311-3.8.4-5: with too few or too many return codes close the connection', () => {
    for (const hex of ['90 04 0001 00 00', '90 06 0001 00 00 00 00']) {
      const { server } = asked(4)
      server.sendHex(hex)
      expect(server.isOpen).toBe(false)
    }
  })

  it('MQTT5-3.11.3-1: give each filter its reason code, and no more', async () => {
    const server = online()
    const answer = server.client
      .unsubscribe(['a', 'b'])
      .then((grants) => grants.map(({ topic, qos }) => `${topic} ${qos}`).join(', '))
    server.next('unsubscribe')
    server.sendHex('b0 05 0001 00 00 11')
    expect(await answer).toBe('a 0, b 17')
    server.client.unsubscribe(['a', 'b']).catch(() => undefined)
    const { messageId } = server.next('unsubscribe')
    server.sendHex(`b0 04 ${Number(messageId).toString(16).padStart(4, '0')} 00 00`)
    expect(server.take()).toMatchObject([{ cmd: 'disconnect', reasonCode: 0x82 }])
  })

  it('MQTT5-2.2.1-6 MQTT5-3.8.4-2 MQTT5-3.10.4-5: of another packet do nothing', () => {
    const { server } = asked()
    server.client.publish('t', 'x', { qos: 1 })
    const { messageId } = server.next('publish')
    server.sendHex('b0 04 0001 00 00')
    server.sendHex(`90 04 ${Number(messageId).toString(16).padStart(4, '0')} 00 00`)
    server.sendHex('40 02 0001')
    expect(server.outcomes).toEqual([])
    if (!server.isOpen) return
    server.send({ cmd: 'puback', messageId })
    expect(server.outcomes).toEqual(['delivered t'])
  })
})

describe('matching', () => {
  it.each([
    ['MQTT5-4.7.2-1: # leaves out topics that begin with $', '#', '$SYS/x', false],
    ['MQTT5-4.7.2-1: + leaves out topics that begin with $', '+/x', '$SYS/x', false],
    ['MQTT311-4.7.2-1: a filter that begins with $ does not', '$SYS/#', '$SYS/x', true],
    ['MQTT5-4.7.1-1: # includes the level above', 'a/#', 'a', true],
    ['MQTT5-4.7.1-1: # includes all levels below', 'a/#', 'a/b/c', true],
    ['MQTT5-4.7.1-1: # begins at a level', 'a/#', 'ab', false],
    ['MQTT5-4.7.1-2: + includes an empty level', 'a/+', 'a/', true],
    ['MQTT5-4.7.1-2: + needs its level', 'a/+', 'a', false],
    ['MQTT5-4.7.1-2: + is one level only', '+', '/a', false],
    ['MQTT5-4.7.1-2: + includes an empty first level', '+/+', '/a', true],
    ['MQTT311-4.7.1-3: + includes a last level', '/+', '/a', true],
    ['MQTT311-4.7.1-2: # includes everything', '#', 'a/b', true],
    ['MQTT5-4.7.3-4: case counts', 'A', 'a', false],
    ['MQTT311-4.7.3-4: composed and decomposed letters differ', 'é', 'e\u0301', false],
  ] as const)('%s', (_name, filter, topic, expected) => {
    expect(matchesFilter(filter, topic)).toBe(expected)
  })
})
