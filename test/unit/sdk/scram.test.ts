// SCRAM-SHA-256 with the exchange of RFC 7677 section 3, and servers that cheat.

import { describe, expect, it } from 'vitest'
import { scramSha256 } from '@motewire/sdk'
import type { Authenticator } from '@motewire/sdk'

const NONCE = 'rOprNGfwEbeRWgbNEkqO'
const SERVER_NONCE = `${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0`
const SERVER_FIRST = `r=${SERVER_NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`
const SERVER_FINAL = 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='
const CONTINUE = 0x18

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? '').toString()
const user = (): Authenticator =>
  scramSha256({ username: 'user', password: 'pencil', nonce: () => NONCE })

describe('SCRAM-SHA-256', () => {
  it('speaks as the RFC shows', () => {
    const scram = user()
    expect(text(scram.start())).toBe(`n,,n=user,r=${NONCE}`)
    const final = text(scram.respond(Buffer.from(SERVER_FIRST), CONTINUE))
    const proof = 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ='
    expect(final).toBe(`c=biws,r=${SERVER_NONCE},p=${proof}`)
    expect(scram.respond(Buffer.from(SERVER_FINAL), 0)).toBeUndefined()
  })

  it('escapes what would end the name', () => {
    const scram = scramSha256({ username: 'a=b,c', password: 'p', nonce: () => 'n' })
    expect(text(scram.start())).toBe('n,,n=a=3Db=2Cc,r=n')
  })

  const cheats: readonly [string, string, string][] = [
    ['with a nonce of its own', SERVER_FIRST.replace(NONCE, 'x'), 'nonce'],
    ['with our nonce alone', `r=${NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`, 'nonce'],
    ['with few iterations', SERVER_FIRST.replace('4096', '1'), 'iterations'],
    ['with iterations without end', SERVER_FIRST.replace('4096', '99999999999'), 'iterations'],
    ['with garbage', '????', 'nonce'],
  ]
  it.each(cheats)('refuses a server %s', (_name, first, complaint) => {
    const scram = user()
    scram.start()
    expect(() => scram.respond(Buffer.from(first), CONTINUE)).toThrow(complaint)
  })

  it.each(['v=AAAA', 'e=invalid-proof', ''])('refuses a server that ends with %j', (final) => {
    const scram = user()
    scram.start()
    scram.respond(Buffer.from(SERVER_FIRST), CONTINUE)
    expect(() => scram.respond(Buffer.from(final), 0)).toThrow(/prove|refused/)
  })

  it('refuses success without the exchange', () => {
    const scram = user()
    scram.start()
    expect(() => scram.respond(Buffer.from(SERVER_FINAL), 0)).toThrow('prove')
  })
})
