// What goes to a proxy, byte for byte, and its answers fed whole, byte by byte and with a tail.

import { describe, expect, it } from 'vitest'
import { HttpConnectHandshake } from '../../../../sdk/channel/http-connect.ts'
import type { HandshakeStep, ProxyHandshake } from '../../../../sdk/channel/proxy-handshake.ts'
import { parseProxy } from '../../../../sdk/channel/proxy.ts'
import { Socks5Handshake } from '../../../../sdk/channel/socks5.ts'

const TAIL = Buffer.from('first bytes of the tunnel')

interface Exchange {
  readonly sent: string[]
  readonly last: HandshakeStep
}

/** Feeds the answers in pieces of `size` bytes; what is sent is kept as hex. */
function exchange(handshake: ProxyHandshake, answers: readonly Buffer[], size: number): Exchange {
  const sent = [Buffer.from(handshake.greeting).toString('hex')]
  let last: HandshakeStep = { kind: 'more' }
  for (const answer of answers) {
    for (let at = 0; at < answer.length; at += size) {
      if (last.kind === 'done') {
        last = { kind: 'done', rest: Buffer.concat([last.rest, answer.subarray(at, at + size)]) }
        continue
      }
      last = handshake.handleBytes(answer.subarray(at, at + size))
      if (last.kind === 'more' && last.send) sent.push(Buffer.from(last.send).toString('hex'))
    }
  }
  return { sent, last }
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const port = 1883

describe.each([1, 3, 10_000])('in pieces of %i bytes', (size) => {
  it.each([
    ['192.0.2.7', '05010001c0000207075b'],
    ['2001:db8::1', '0501000420010db8000000000000000000000001075b'],
    ['::1', '0501000400000000000000000000000000000001075b'],
    ['::', '0501000400000000000000000000000000000000075b'],
    ['1:2:3:4:5:6:7:8', '0501000400010002000300040005000600070008075b'],
    ['::ffff:192.0.2.7', '0501000400000000000000000000ffffc0000207075b'],
    ['broker.test', `050100030b${Buffer.from('broker.test').toString('hex')}075b`],
  ])('SOCKS5 asks for %s as RFC 1928 says', (host, request) => {
    const answers = [hex('05 00'), Buffer.concat([hex('05 00 00 01 0a000001 1f90'), TAIL])]
    const { sent, last } = exchange(new Socks5Handshake({ host, port }, undefined), answers, size)
    expect(sent).toEqual(['050100', request])
    expect(last).toEqual({ kind: 'done', rest: TAIL })
  })

  it.each([
    ['an IPv6 address', `05 00 00 04 ${'00'.repeat(16)} 0000`],
    ['a name', '05 00 00 03 03 616263 0000'],
    ['an empty name', '05 00 00 03 00 0000'],
  ])('SOCKS5 reads past the bound address that is %s', (_what, reply) => {
    const answers = [hex('05 00'), Buffer.concat([hex(reply), TAIL])]
    const handshake = new Socks5Handshake({ host: 'a', port }, undefined)
    expect(exchange(handshake, answers, size).last).toEqual({ kind: 'done', rest: TAIL })
  })

  it('SOCKS5 gives user name and password as RFC 1929 says', () => {
    const credentials = { username: 'ann', password: 'pw' }
    const answers = [hex('05 02'), hex('01 00'), hex('05 00 00 01 00000000 0000')]
    const handshake = new Socks5Handshake({ host: '10.0.0.1', port }, credentials)
    const { sent, last } = exchange(handshake, answers, size)
    expect(sent).toEqual(['05020002', '0103616e6e027077', '050100010a000001075b'])
    expect(last).toMatchObject({ kind: 'done' })
  })

  it('HTTP CONNECT writes the target and reads to the empty line', () => {
    const handshake = new HttpConnectHandshake(
      { host: '2001:db8::1', port },
      { username: 'ann', password: 'pw' },
    )
    expect(Buffer.from(handshake.greeting).toString()).toBe(
      'CONNECT [2001:db8::1]:1883 HTTP/1.1\r\nHost: [2001:db8::1]:1883\r\n' +
        'Proxy-Authorization: Basic YW5uOnB3\r\n\r\n',
    )
    const answer = Buffer.concat([Buffer.from('HTTP/1.0 200\r\nA: b\r\n\r\n'), TAIL])
    const { last } = exchange(handshake, [answer], size)
    expect(last).toEqual({ kind: 'done', rest: TAIL })
  })
})

describe('a proxy URL', () => {
  it.each([
    ['socks5://proxy', { kind: 'socks5', host: 'proxy', port: 1080 }],
    ['socks5h://[::1]:9050', { kind: 'socks5', host: '::1', port: 9050 }],
    ['http://proxy', { kind: 'http', host: 'proxy', port: 80 }],
    [
      'http://a%40b:c%3Ad@proxy:3128',
      {
        kind: 'http',
        host: 'proxy',
        port: 3128,
        credentials: { username: 'a@b', password: 'c:d' },
      },
    ],
  ])('%s is read', (url, expected) => {
    expect(parseProxy(url)).toEqual(expected)
    expect(parseProxy(new URL(url))).toEqual(expected)
  })

  it.each([
    ['proxy:1080', /is proxy:\/\/, expected socks5:\/\/host:port or http:\/\/host:port$/],
    ['//proxy', /is no URL/],
    ['https://proxy:443', /is https:\/\/proxy/],
    [`socks5://${'u'.repeat(256)}@proxy`, /has a user name or password above 255 bytes$/],
  ])('%s is refused without showing a password', (url, message) => {
    expect(() => parseProxy(url)).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTION_INVALID',
        message: expect.stringMatching(message),
      }),
    )
  })
})
