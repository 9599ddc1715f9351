// Changed users in Mosquitto's password file: what is written, what stays, and what happens when
// it cannot be written. That Mosquitto reads it is shown in test/interop/broker-listeners.test.ts.

import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Broker, UserGate } from '@motewire/simulator/broker'
import type { User } from '@motewire/simulator/broker'
import { PasswordFile } from '../../../../simulator/broker/password-file.ts'

const ANN = 'ann:$7$101$AAAA$AAAA'
const BOB = 'bob:$6$BBBB$BBBB'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'motewire-passwords-'))
  path = join(folder, 'passwords')
  writeFileSync(path, `# of the plant\n${ANN}\n${BOB}\n`, { mode: 0o600 })
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const lines = (): string[] => readFileSync(path, 'utf8').split('\n')

function brokerOn(file: PasswordFile): Broker {
  const users = new Map<string, User>(
    [...file.credentials].map(([name, credential]) => [name, { credential, groups: [] }]),
  )
  users.set('config', { credential: { kind: 'plain', password: 'x' }, groups: [] })
  const gate = { users, allowAnonymous: false, rules: undefined, passwordFile: file }
  return new Broker({ gatekeeper: new UserGate(gate), systemIntervalMs: 0 })
}

describe('a changed user', () => {
  it('has the place of its old line, and all other lines stay as they are', async () => {
    const broker = brokerOn(new PasswordFile(path))
    expect(broker.users?.putUser('ann', 'new', ['ops'])).toBe(true)
    expect(broker.users?.putUser('eve', 'first', [])).toBe(true)
    const [comment, ann, bob, eve, end] = lines()
    expect([comment, bob, end]).toEqual(['# of the plant', BOB, ''])
    expect(ann).toMatch(/^ann:\$7\$101\$[A-Za-z0-9+/]{16}\$[A-Za-z0-9+/]{86}==$/)
    expect(eve).toMatch(/^eve:\$7\$101\$/)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['passwords'])
    expect([broker.users?.check('ann', 'new'), broker.users?.check('ann', 'old')]).toEqual([
      ['ops'],
      undefined,
    ])
    const again = brokerOn(new PasswordFile(path))
    expect(again.users?.check('eve', 'first')).toEqual([])
    await Promise.all([broker.stop(), again.stop()])
  })

  it('is gone from the file with its user, and what others wrote meanwhile stays', async () => {
    const broker = brokerOn(new PasswordFile(path))
    writeFileSync(path, `${lines().join('\n')}carl:$6$CCCC$CCCC`)
    expect(broker.users?.deleteUser('bob')).toBe(true)
    expect(lines()).toEqual(['# of the plant', ANN, 'carl:$6$CCCC$CCCC', ''])
    await broker.stop()
  })

  it('of the configuration, and a change of groups alone, are not written', async () => {
    const before = readFileSync(path, 'utf8')
    const broker = brokerOn(new PasswordFile(path))
    broker.users?.putUser('config', 'other', [])
    broker.users?.putUser('ann', undefined, ['ops'])
    expect(readFileSync(path, 'utf8')).toBe(before)
    const kept = broker.users?.users().map(({ name, isKept }) => [name, isKept])
    expect(kept).toEqual([
      ['ann', true],
      ['bob', true],
      ['config', false],
    ])
    await broker.stop()
  })

  it('is not changed at all when the file is gone, or is no password file any more', async () => {
    const broker = brokerOn(new PasswordFile(path))
    rmSync(path)
    expect(() => broker.users?.putUser('ann', 'new', [])).toThrow(`${path}: does not exist`)
    writeFileSync(path, 'what is this')
    expect(() => broker.users?.deleteUser('bob')).toThrow(`${path}:1: expected NAME:`)
    expect(broker.users?.users().map(({ name }) => name)).toEqual(['ann', 'bob', 'config'])
    expect(readFileSync(path, 'utf8')).toBe('what is this')
    expect(() => broker.users?.putUser('a:b', 'new', [])).toThrow("user 'a:b' cannot stand in")
    await broker.stop()
  })

  it('is written into the file that a link means', async () => {
    const link = join(folder, 'link')
    symlinkSync(path, link)
    const broker = brokerOn(new PasswordFile(link))
    broker.users?.putUser('eve', 'first', [])
    expect(lines().at(-2)).toMatch(/^eve:/)
    expect(readdirSync(folder).toSorted()).toEqual(['link', 'passwords'])
    await broker.stop()
  })
})
