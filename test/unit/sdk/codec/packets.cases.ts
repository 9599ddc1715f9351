// Every packet as hex beside its value, one row a form. Written by hand from the standards. `reader`
// is who may receive it; rows whose form we never write ourselves are marked `readOnly`.

import type { ControlPacket, Role } from '@motewire/sdk/codec'

export interface PacketCase {
  readonly name: string
  readonly version: 3 | 4 | 5
  readonly reader: Role
  readonly hex: string
  readonly packet: ControlPacket
  readonly readOnly?: true
}

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex')
/** User properties come without a prototype, so that no name is special. */
const pairs = (from: Record<string, string | string[]>): Record<string, string | string[]> =>
  Object.assign(Object.create(null), from)

export const PACKETS: readonly PacketCase[] = [
  {
    name: 'CONNECT of 3.1',
    version: 3,
    reader: 'server',
    hex: '10 0f 0006 4d5149736470 03 02 003c 0001 63',
    packet: { type: 'connect', protocolVersion: 3, clientId: 'c', clean: true, keepalive: 60 },
  },
  {
    name: 'CONNECT of 3.1.1',
    version: 4,
    reader: 'server',
    hex: '10 0d 0004 4d515454 04 00 000a 0001 63',
    packet: { type: 'connect', protocolVersion: 4, clientId: 'c', clean: false, keepalive: 10 },
  },
  {
    name: 'CONNECT without an identifier',
    version: 4,
    reader: 'server',
    hex: '10 0c 0004 4d515454 04 02 0000 0000',
    packet: { type: 'connect', protocolVersion: 4, clientId: '', clean: true, keepalive: 0 },
  },
  {
    name: 'CONNECT with user name and password',
    version: 4,
    reader: 'server',
    hex: '10 13 0004 4d515454 04 c2 0000 0001 63 0001 75 0001 70',
    packet: {
      type: 'connect',
      protocolVersion: 4,
      clientId: 'c',
      clean: true,
      keepalive: 0,
      username: 'u',
      password: bytes('70'),
    },
  },
  {
    name: 'CONNECT with a will of 3.1.1',
    version: 4,
    reader: 'server',
    hex: '10 13 0004 4d515454 04 2e 0000 0001 63 0001 77 0001 6d',
    packet: {
      type: 'connect',
      protocolVersion: 4,
      clientId: 'c',
      clean: true,
      keepalive: 0,
      will: { topic: 'w', payload: bytes('6d'), qos: 1, retain: true },
    },
  },
  {
    name: 'CONNECT of 5.0',
    version: 5,
    reader: 'server',
    hex: '10 0e 0004 4d515454 05 02 0000 00 0001 63',
    packet: { type: 'connect', protocolVersion: 5, clientId: 'c', clean: true, keepalive: 0 },
  },
  {
    name: 'CONNECT with a password and no user name',
    version: 5,
    reader: 'server',
    hex: '10 11 0004 4d515454 05 42 0000 00 0001 63 0001 70',
    packet: {
      type: 'connect',
      protocolVersion: 5,
      clientId: 'c',
      clean: true,
      keepalive: 0,
      password: bytes('70'),
    },
  },
  {
    name: 'CONNECT with an empty will',
    version: 5,
    reader: 'server',
    hex: '10 14 0004 4d515454 05 06 0000 00 0001 63 00 0001 77 0000',
    packet: {
      type: 'connect',
      protocolVersion: 5,
      clientId: 'c',
      clean: true,
      keepalive: 0,
      will: { topic: 'w', payload: bytes(''), qos: 0, retain: false },
    },
  },
  {
    name: 'CONNECT with all properties',
    version: 5,
    reader: 'server',
    hex: '10 39 0004 4d515454 05 02 0000 2b 11 ffffffff 15 0001 6d 16 0002 0102 17 00 19 01 21 000a 22 0005 26 0001 61 0001 62 26 0001 61 0001 63 27 00010000 0001 63',
    packet: {
      type: 'connect',
      protocolVersion: 5,
      clientId: 'c',
      clean: true,
      keepalive: 0,
      properties: {
        sessionExpiryInterval: 0xffffffff,
        authenticationMethod: 'm',
        authenticationData: bytes('0102'),
        requestProblemInformation: false,
        requestResponseInformation: true,
        receiveMaximum: 10,
        topicAliasMaximum: 5,
        userProperties: pairs({ a: ['b', 'c'] }),
        maximumPacketSize: 65_536,
      },
    },
  },
  {
    name: 'CONNECT with will properties',
    version: 5,
    reader: 'server',
    hex: '10 2d 0004 4d515454 05 14 0000 00 0001 63 18 01 01 02 0000000a 03 0001 74 08 0001 72 09 0001 ff 18 00000005 0001 77 0001 6d',
    packet: {
      type: 'connect',
      protocolVersion: 5,
      clientId: 'c',
      clean: false,
      keepalive: 0,
      will: {
        topic: 'w',
        payload: bytes('6d'),
        qos: 2,
        retain: false,
        properties: {
          payloadFormatIndicator: true,
          messageExpiryInterval: 10,
          contentType: 't',
          responseTopic: 'r',
          correlationData: bytes('ff'),
          willDelayInterval: 5,
        },
      },
    },
  },

  {
    name: 'CONNACK of 3.1.1',
    version: 4,
    reader: 'client',
    hex: '20 02 01 00',
    packet: { type: 'connack', sessionPresent: true, reasonCode: 0 },
  },
  {
    name: 'CONNACK that refuses in 3.1.1',
    version: 4,
    reader: 'client',
    hex: '20 02 00 05',
    packet: { type: 'connack', sessionPresent: false, reasonCode: 5 },
  },
  {
    name: 'CONNACK of 5.0',
    version: 5,
    reader: 'client',
    hex: '20 03 00 00 00',
    packet: { type: 'connack', sessionPresent: false, reasonCode: 0 },
  },
  {
    name: 'CONNACK that refuses in 5.0',
    version: 5,
    reader: 'client',
    hex: '20 09 00 9d 06 1c 0003 783a31',
    packet: {
      type: 'connack',
      sessionPresent: false,
      reasonCode: 0x9d,
      properties: { serverReference: 'x:1' },
    },
  },
  {
    name: 'CONNACK of an older server to 5.0',
    version: 5,
    reader: 'client',
    hex: '20 02 00 01',
    packet: { type: 'connack', sessionPresent: false, reasonCode: 1 },
    readOnly: true,
  },
  {
    name: 'CONNACK with limits',
    version: 5,
    reader: 'client',
    hex: '20 1e 01 00 1b 11 0000003c 12 0001 69 13 0005 21 0003 22 0002 24 01 25 00 27 00000064',
    packet: {
      type: 'connack',
      sessionPresent: true,
      reasonCode: 0,
      properties: {
        sessionExpiryInterval: 60,
        assignedClientIdentifier: 'i',
        serverKeepAlive: 5,
        receiveMaximum: 3,
        topicAliasMaximum: 2,
        maximumQoS: 1,
        retainAvailable: false,
        maximumPacketSize: 100,
      },
    },
    readOnly: true,
  },
  {
    name: 'CONNACK with what is available',
    version: 5,
    reader: 'client',
    hex: '20 11 00 00 0e 1a 0001 72 1f 0001 73 28 00 29 00 2a 00',
    packet: {
      type: 'connack',
      sessionPresent: false,
      reasonCode: 0,
      properties: {
        responseInformation: 'r',
        reasonString: 's',
        wildcardSubscriptionAvailable: false,
        subscriptionIdentifiersAvailable: false,
        sharedSubscriptionAvailable: false,
      },
    },
    readOnly: true,
  },

  {
    name: 'SUBSCRIBE of 3.1.1',
    version: 4,
    reader: 'server',
    hex: '82 0b 0001 0001 61 01 0002 622f 02',
    packet: {
      type: 'subscribe',
      packetId: 1,
      subscriptions: [
        { filter: 'a', qos: 1 },
        { filter: 'b/', qos: 2 },
      ],
    },
  },
  {
    name: 'SUBSCRIBE of 5.0',
    version: 5,
    reader: 'server',
    hex: '82 07 ffff 00 0001 23 2d',
    packet: {
      type: 'subscribe',
      packetId: 65_535,
      subscriptions: [
        { filter: '#', qos: 1, noLocal: true, retainAsPublished: true, retainHandling: 2 },
      ],
    },
  },
  {
    name: 'SUBSCRIBE with a subscription identifier',
    version: 5,
    reader: 'server',
    hex: '82 0c 0001 05 0b ffffff7f 0001 61 00',
    packet: {
      type: 'subscribe',
      packetId: 1,
      properties: { subscriptionIdentifier: 268_435_455 },
      subscriptions: [
        { filter: 'a', qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 },
      ],
    },
  },
  {
    name: 'SUBACK of 3.1.1',
    version: 4,
    reader: 'client',
    hex: '90 06 0001 00 01 02 80',
    packet: { type: 'suback', packetId: 1, reasonCodes: [0, 1, 2, 0x80] },
  },
  {
    name: 'SUBACK of 5.0',
    version: 5,
    reader: 'client',
    hex: '90 0a 0001 04 1f 0001 6e 02 87 a2',
    packet: {
      type: 'suback',
      packetId: 1,
      reasonCodes: [2, 0x87, 0xa2],
      properties: { reasonString: 'n' },
    },
  },
  {
    name: 'UNSUBSCRIBE of 3.1.1',
    version: 4,
    reader: 'server',
    hex: 'a2 08 0100 0001 61 0001 62',
    packet: { type: 'unsubscribe', packetId: 256, filters: ['a', 'b'] },
  },
  {
    name: 'UNSUBSCRIBE of 5.0',
    version: 5,
    reader: 'server',
    hex: 'a2 0d 0001 07 26 0001 61 0001 62 0001 61',
    packet: {
      type: 'unsubscribe',
      packetId: 1,
      filters: ['a'],
      properties: { userProperties: pairs({ a: 'b' }) },
    },
  },
  {
    name: 'UNSUBACK of 3.1.1',
    version: 4,
    reader: 'client',
    hex: 'b0 02 0001',
    packet: { type: 'unsuback', packetId: 1, reasonCodes: [] },
  },
  {
    name: 'UNSUBACK of 5.0',
    version: 5,
    reader: 'client',
    hex: 'b0 05 0001 00 00 11',
    packet: { type: 'unsuback', packetId: 1, reasonCodes: [0, 0x11] },
  },

  {
    name: 'DISCONNECT of 3.1.1',
    version: 4,
    reader: 'server',
    hex: 'e0 00',
    packet: { type: 'disconnect', reasonCode: 0 },
  },
  {
    name: 'DISCONNECT of 5.0 in no bytes',
    version: 5,
    reader: 'client',
    hex: 'e0 00',
    packet: { type: 'disconnect', reasonCode: 0 },
    readOnly: true,
  },
  {
    name: 'DISCONNECT of 5.0 in one byte',
    version: 5,
    reader: 'client',
    hex: 'e0 01 8e',
    packet: { type: 'disconnect', reasonCode: 0x8e },
    readOnly: true,
  },
  {
    name: 'DISCONNECT of a server',
    version: 5,
    reader: 'client',
    hex: 'e0 06 9c 04 1c 0001 78',
    packet: { type: 'disconnect', reasonCode: 0x9c, properties: { serverReference: 'x' } },
  },
  {
    name: 'DISCONNECT of a client',
    version: 5,
    reader: 'server',
    hex: 'e0 07 04 05 11 0000000a',
    packet: { type: 'disconnect', reasonCode: 4, properties: { sessionExpiryInterval: 10 } },
  },
  {
    name: 'AUTH that goes on',
    version: 5,
    reader: 'client',
    hex: 'f0 0a 18 08 15 0001 6d 16 0001 64',
    packet: {
      type: 'auth',
      reasonCode: 0x18,
      properties: { authenticationMethod: 'm', authenticationData: bytes('64') },
    },
  },
  {
    name: 'AUTH that ends',
    version: 5,
    reader: 'client',
    hex: 'f0 06 00 04 15 0001 6d',
    packet: { type: 'auth', reasonCode: 0, properties: { authenticationMethod: 'm' } },
  },
  {
    name: 'AUTH that begins anew',
    version: 5,
    reader: 'server',
    hex: 'f0 06 19 04 15 0001 6d',
    packet: { type: 'auth', reasonCode: 0x19, properties: { authenticationMethod: 'm' } },
  },
]
