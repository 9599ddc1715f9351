// Who may come in and what they may do: Mosquitto's file formats, groups, virtual hosts, SCRAM.

import { describe, expect, it } from 'vitest'
import { accessOf, parseAccessFile } from '../../../../simulator/broker/access-list.ts'
import type { AccessRule } from '../../../../simulator/broker/access-list.ts'
import { UserGate } from '../../../../simulator/broker/gatekeeper.ts'
import { parsePasswordFile } from '../../../../simulator/broker/password-file.ts'
import { ScramExchange, scramKeysOf } from '../../../../simulator/broker/scram.ts'
import { Stage } from '../../../support/broker-stage.ts'

/** Made by mosquitto_passwd 2.0.11 (`-b`, and `-H sha512`), password `secret`. */
const HASHES = [
  'pbkdf2:$7$101$MNeoccDPCi9VkovA$+QPn31Nt7kqlSzTERtuE8I3NH9UiwcHdS/wHScip+9e15F/NF' +
    'wJLvvwvGCJ21J3CzdLLJJqBqbB8arJzBFDYuw==',
  'sha512:$6$qA+atm5LSDLs37yu$fiDLDIpTpT62faPvrczpIUEyV5MMXe4IqfpAHFby4xm9d0zZiSHl3' +
    'vkSCxjeFDMbbpx8Hdeva56L88rY6Mtpyw==',
].join('\n')

const ALICE = { credential: { kind: 'plain', password: 'pw' }, groups: ['admins'] } as const

function gate(rules?: readonly AccessRule[], allowAnonymous = false): UserGate {
  return new UserGate({ users: new Map([['alice', ALICE]]), allowAnonymous, rules })
}

describe('a password file of Mosquitto', () => {
  const users = parsePasswordFile(`${HASHES}\n`, 'passwords')
  const own = new UserGate({
    users: new Map([...users].map(([name, credential]) => [name, { credential, groups: [] }])),
    allowAnonymous: false,
    rules: undefined,
  })
  const request = { clientId: 'c', address: 'a', listener: 'tcp' }

  it.each(['pbkdf2', 'sha512'])('lets %s in with the right password only', (username) => {
    expect(own.signIn({ ...request, username, password: 'secret' })).toMatchObject({ username })
    expect(own.signIn({ ...request, username, password: 'Secret' })).toBeUndefined()
  })

  it('says which line is wrong', () => {
    expect(() => parsePasswordFile('ok:$7$1$AA==$AA==\nbad', 'f')).toThrow(/^f:2: expected/)
  })
})

describe('an ACL file of Mosquitto', () => {
  const text = [
    '# comment',
    'topic read public/#',
    'user alice',
    'topic alice/#',
    'topic deny alice/secret',
    'topic write in box/+',
    'pattern readwrite own/%u/%c',
  ].join('\n')
  const rules = parseAccessFile(text, 'acl')
  const alice = accessOf(rules, { username: 'alice', groups: [] }, 'c1')
  const nobody = accessOf(rules, { username: undefined, groups: [] }, 'c1')

  it.each([
    [alice, 'alice/x', true, true],
    [alice, 'alice/secret', false, false],
    [alice, 'in box/1', true, false],
    [alice, 'own/alice/c1', true, true],
    [alice, 'own/alice/c2', false, false],
    [alice, 'public/x', false, false],
    [nobody, 'public/x', false, true],
    [nobody, 'own/alice/c1', false, false],
  ])('case %#: %s', (access, topic, mayPublish, mayReceive) => {
    expect([access.mayPublish(topic), access.mayReceive(topic)]).toEqual([mayPublish, mayReceive])
  })

  it('grants a filter that can bring something, and no other', () => {
    expect(alice.maySubscribe('#')).toBe(true)
    expect(alice.maySubscribe('+/secret')).toBe(true)
    expect(alice.maySubscribe('bob/#')).toBe(false)
  })

  it('lets no name bring wildcards into a pattern', () => {
    const evil = accessOf(rules, { username: '+', groups: [] }, '#')
    expect(evil.mayReceive('own/alice/c1')).toBe(false)
  })

  it('says which line is wrong', () => {
    expect(() => parseAccessFile('topic read a/#/b', 'acl')).toThrow(/^acl:1: /)
    expect(() => parseAccessFile('\nhello', 'acl')).toThrow(/^acl:2: 'hello' found/)
  })
})

describe('a broker with users and rules', () => {
  const rules: AccessRule[] = [
    {
      subject: { kind: 'group', name: 'admins' },
      permission: 'readwrite',
      filter: '#',
      isPattern: false,
    },
    { subject: { kind: 'everyone' }, permission: 'read', filter: 'public/#', isPattern: false },
  ]
  const credentials = { username: 'alice', password: 'pw' }

  it.each([
    [5, 0x86],
    [4, 4],
  ] as const)('refuses a wrong password in version %i with %i', (protocolVersion, reasonCode) => {
    const stage = new Stage({ gatekeeper: gate() })
    const peer = stage.peer()
    peer.connect({ clientId: 'c', protocolVersion, username: 'alice', password: 'no' })
    expect(peer.take('connack')).toMatchObject({ reasonCode })
    expect(stage.core.defaultHost.timeline.of('c')).toMatchObject([{ kind: 'refused' }])
  })

  it('delivers only what may be read, and refuses what may not be asked for', () => {
    const stage = new Stage({ gatekeeper: gate(rules, true) })
    const guest = stage.client('guest')
    expect(guest.subscribe('#')).toEqual([0])
    expect(guest.subscribe('private/#')).toEqual([0x87])
    const admin = stage.client('admin', credentials)
    admin.publish('private/x', 'no')
    admin.publish('public/x', 'yes')
    expect(guest.texts()).toEqual(['yes'])
  })

  it('answers a forbidden PUBLISH as the version can, and routes it nowhere', () => {
    const stage = new Stage({ gatekeeper: gate(rules, true) })
    const admin = stage.client('admin', credentials)
    admin.subscribe('#')
    const guest = stage.client('guest')
    guest.publish('public/x', 'no', { qos: 1 })
    expect(guest.take('puback')).toMatchObject({ reasonCode: 0x87 })
    const old = stage.client('old', { protocolVersion: 4 })
    old.publish('public/x', 'no', { qos: 1 })
    expect(old.take('puback')).toMatchObject({ reasonCode: 0 })
    expect(admin.texts()).toEqual([])
    expect(stage.core.defaultHost.sessions.get('guest')?.denied).toBe(1)
  })

  it('refuses a will that its client may not publish', () => {
    const peer = new Stage({ gatekeeper: gate(rules, true) }).peer()
    peer.connect({ clientId: 'c', will: { topic: 'public/will', payload: 'x' } })
    expect(peer.take('connack')).toMatchObject({ reasonCode: 0x87 })
  })
})

describe('virtual hosts', () => {
  it('keep the same topic and the same client identifier apart', () => {
    const stage = new Stage({ virtualHosts: ['main', 'lab'] })
    const main = stage.client('c')
    const lab = stage.client('c', { username: 'lab:me' })
    main.subscribe('t')
    lab.subscribe('t')
    stage.client('p1').publish('t', 'to main')
    stage.client('p2', { username: 'lab:you' }).publish('t', 'to lab')
    expect([main.texts(), lab.texts()]).toEqual([['to main'], ['to lab']])
  })

  it('are chosen by the listener where the user names none', () => {
    const stage = new Stage({
      virtualHosts: ['main', 'lab'],
      hostOfListener: new Map([['tcp', 'lab']]),
    })
    stage.client('c')
    expect(stage.core.hosts.get('lab')?.sessions.has('c')).toBe(true)
  })
})

describe('SCRAM-SHA-256', () => {
  it('follows the example of RFC 7677', () => {
    const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64')
    const user = { keys: scramKeysOf('pencil', salt), identity: { username: 'user', groups: [] } }
    const lookup = (name: string): typeof user | undefined => (name === 'user' ? user : undefined)
    const exchange = new ScramExchange(lookup, '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0')
    const first = exchange.step(Buffer.from('n,,n=user,r=rOprNGfwEbeRWgbNEkqO'))
    expect(first).toMatchObject({ kind: 'continue' })
    expect(Buffer.from('answer' in first ? first.answer : '').toString()).toBe(
      'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    )
    const proof =
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,' +
      'p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ='
    const last = exchange.step(Buffer.from(proof))
    expect(last).toMatchObject({ kind: 'success', identity: { username: 'user' } })
    expect(Buffer.from('answer' in last ? last.answer : '').toString()).toBe(
      'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
    )
  })

  it.each(['n,,n=user,r=x', 'n,,n=ghost,r=x'])('refuses a wrong proof after %s', (begin) => {
    const peer = new Stage({ gatekeeper: gate() }).peer()
    const method = { authenticationMethod: 'SCRAM-SHA-256' }
    const authenticationData = Buffer.from(begin.replace('user', 'alice'))
    peer.connect({ clientId: 'c', properties: { ...method, authenticationData } })
    const { properties } = peer.take('auth')
    const nonce = /r=([^,]+)/.exec(Buffer.from(properties!.authenticationData!).toString())![1]
    const proof = Buffer.from(`c=biws,r=${nonce},p=${Buffer.alloc(32).toString('base64')}`)
    peer.send({
      type: 'auth',
      reasonCode: 0x18,
      properties: { ...method, authenticationData: proof },
    })
    expect(peer.take('connack')).toMatchObject({ reasonCode: 0x87 })
    expect(peer.hangup).toBe('flush')
  })

  it('refuses an unknown method, and AUTH without one', () => {
    const stage = new Stage({ gatekeeper: gate(undefined, true) })
    const peer = stage.peer()
    peer.connect({ clientId: 'c', properties: { authenticationMethod: 'MAGIC' } })
    expect(peer.take('connack')).toMatchObject({ reasonCode: 0x8c })
    const other = stage.client('other')
    // Our own encoder refuses an AUTH that names no method.
    other.sendBytes(Buffer.from('f0021800', 'hex'))
    expect(other.take('disconnect')).toMatchObject({ reasonCode: 0x82 })
  })
})
