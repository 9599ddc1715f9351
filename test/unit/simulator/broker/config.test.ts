// The broker's config file and mosquitto.conf: to options, or to every mistake at once.

import { describe, expect, it } from 'vitest'
import { parseBrokerConfig } from '../../../../simulator/broker/config/broker-config.ts'
import { parseMosquittoConfig } from '../../../../simulator/broker/config/mosquitto-config.ts'

const SIGN_IN = { clientId: 'c', address: 'a', listener: 'tcp' }

describe('a config file', () => {
  it('sets listeners, limits, users and rules', () => {
    const text = [
      'listeners:',
      '  - { port: 2883, host: 0.0.0.0, virtualHost: lab }',
      'folder: state',
      'virtualHosts: [main, lab]',
      'queue: { messages: 5, whenFull: drop-oldest }',
      'limits: { clients: 7, packetBytes: 1000, topicAliases: 0, retainedMessages: 3 }',
      'keepaliveMax: 2m',
      'sessionExpiryMax: 7d',
      'topicExpiry: 1h',
      'users:',
      '  admin: { password: pw, groups: [admins] }',
      'access:',
      "  - { group: admins, readwrite: '#' }",
      "  - { everyone: true, read: 'own/%u/#' }",
    ].join('\n')
    const { gatekeeper, ...options } = parseBrokerConfig(text, '/etc/motewire/broker.yaml')
    expect(options).toEqual({
      listeners: [{ port: 2883, host: '0.0.0.0', virtualHost: 'lab' }],
      folder: '/etc/motewire/state',
      virtualHosts: ['main', 'lab'],
      queue: { messagesMax: 5, bytesMax: 32 << 20, whenFull: 'drop-oldest' },
      clientsMax: 7,
      packetBytesMax: 1000,
      topicAliasMaximum: 0,
      retained: { messagesMax: 3, bytesMax: 256 << 20 },
      keepaliveMaxS: 120,
      sessionExpiryMaxS: 604_800,
      topicExpiryS: 3_600,
    })
    expect(gatekeeper?.signIn({ ...SIGN_IN, username: undefined, password: '' })).toBeUndefined()
    const admin = gatekeeper!.signIn({ ...SIGN_IN, username: 'admin', password: 'pw' })!
    expect(admin.groups).toEqual(['admins'])
    expect(gatekeeper?.accessOf?.(admin, 'c')?.mayPublish('any')).toBe(true)
    const guest = gatekeeper?.accessOf?.({ username: 'bob', groups: [] }, 'c')
    expect([guest?.mayReceive('own/bob/x'), guest?.mayReceive('own/eve/x')]).toEqual([true, false])
  })

  it('says all that is wrong, each with its place', () => {
    const text = [
      'limitz: {}',
      'queue: { messages: many }',
      'listeners:',
      '  - { port: 70000 }',
      'keepaliveMax: 30',
      'users:',
      '  a: { hash: nonsense }',
      'access:',
      "  - { user: a, group: b, read: 'x/#/y' }",
    ].join('\n')
    let message = ''
    try {
      parseBrokerConfig(text, 'b.yaml')
    } catch (error) {
      message = (error as Error).message
    }
    expect(message.split('\n')).toEqual([
      'b.yaml:1:1: limitz: unknown key, did you mean limits?',
      'b.yaml:2:20: queue.messages: found "many", expected a whole number from 1 to 1000000000',
      'b.yaml:4:13: listeners[0].port: found 70000, expected a whole number from 0 to 65535',
      'b.yaml:5:15: keepaliveMax: found 30, expected a duration like 30s or 7d',
      'b.yaml:7:6: users.a: expected password, or hash as $6$salt$hash or $7$rounds$salt$hash',
      'b.yaml:9:5: access[0]: expected exactly one of user group everyone anonymous',
    ])
  })

  it('says where it is no YAML', () => {
    expect(() => parseBrokerConfig('a: [', 'b.yaml')).toThrow(/^b\.yaml:1:\d+: not YAML/)
  })
})

describe('a mosquitto.conf', () => {
  it('sets what it says', () => {
    const text = [
      '# ours',
      'persistence true',
      'persistence_location state/',
      'listener 2883 127.0.0.1',
      'protocol mqtt',
      'max_queued_messages 0',
      'max_inflight_messages 30',
      'allow_anonymous true',
      'log_dest stderr',
    ].join('\n')
    const { gatekeeper, ...options } = parseMosquittoConfig(text, '/etc/m/mosquitto.conf')
    expect(options).toMatchObject({
      folder: '/etc/m/state',
      listeners: [{ port: 2883, host: '127.0.0.1' }],
      inflightMax: 30,
      queue: { messagesMax: 1_000_000_000 },
    })
    expect(gatekeeper?.signIn({ ...SIGN_IN, username: undefined, password: '' })).toBeDefined()
  })

  it('lets nobody in without a name once there is a listener, as Mosquitto 2', () => {
    const { gatekeeper } = parseMosquittoConfig('listener 2883', 'm.conf')
    expect(gatekeeper?.signIn({ ...SIGN_IN, username: undefined, password: '' })).toBeUndefined()
  })

  it.each([
    ['listener many', "m.conf:1: listener: found 'many', expected a port from 0 to 65535"],
    ['\nplugin x.so', 'm.conf:2: plugin: is not understood here'],
    ['allow_anonymous yes', "m.conf:1: allow_anonymous: found 'yes', expected true or false"],
    ['cafile x', 'm.conf:1: cafile: expected a listener line before it'],
  ])('case %#', (text, message) => {
    expect(() => parseMosquittoConfig(text, 'm.conf')).toThrow(message)
  })
})
