// First bytes of servers that are no MQTT server, as they send them to one who says CONNECT.

import { describe, expect, it } from 'vitest'
import { peerDiagnosis } from '@motewire/sdk/codec'

describe('peer diagnosis', () => {
  it.each([
    ['a TLS alert', Buffer.from([0x15, 3, 3, 0, 2, 2, 70]), /^speaks TLS/],
    ['a TLS handshake record', Buffer.from([0x16, 3, 1, 0, 40]), /^speaks TLS/],
    ['a web server', Buffer.from('HTTP/1.1 400 Bad Request\r\n'), /^speaks HTTP/],
    ['an AMQP server', Buffer.from('AMQP\0\x01\0\0', 'latin1'), /^speaks AMQP/],
    ['an OpenWire server', Buffer.from('\0\0\x01\x35\x01ActiveMQ', 'latin1'), /^speaks OpenWire/],
    ['a STOMP server', Buffer.from('ERROR\ncontent-type:text/plain\n'), /^speaks STOMP/],
    ['a NATS server', Buffer.from('INFO {"server_id":"N"}'), /^speaks the protocol of NATS/],
    ['an SSH server', Buffer.from('SSH-2.0-x\r\n'), /^speaks SSH/],
    ['a Redis server', Buffer.from('-ERR unknown command\r\n'), /^speaks the protocol of Redis/],
  ])('knows %s', (_what, bytes, message) => {
    expect(peerDiagnosis(bytes)).toMatch(message)
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['the beginning of a signature', Buffer.from('HTTP')],
    ['a CONNACK', Buffer.from([0x20, 2, 0, 0])],
    ['a PUBACK with a signature later on', Buffer.from([0x40, 2, 0x48, 0x54, 0x54, 0x50])],
  ])('says nothing of %s', (_what, bytes) => {
    expect(peerDiagnosis(bytes)).toBeUndefined()
  })
})
