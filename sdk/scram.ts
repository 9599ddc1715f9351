// SCRAM-SHA-256 for enhanced authentication (RFC 5802 and 7677 over MQTT5 4.12): the password never
// crosses the link, and the server has to prove that it knows it too. Channel binding is not used.

import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Authenticator } from './core/index.ts'

export interface ScramOptions {
  readonly username: string
  readonly password: string
  /** Least iterations taken from a server; fewer would make guessing cheap. Default 4,096. */
  readonly iterationsMin?: number
  /** Makes the client nonce; for tests with fixed vectors. */
  readonly nonce?: () => string
}

/** More would let a server keep us busy. */
const ITERATIONS_MAX = 1_000_000
/** GS2 header: no channel binding, no other identity. */
const GS2_HEADER = 'n,,'
const CONTINUE = 0x18

/** An authenticator for `authenticator:` of the client's options. */
export function scramSha256(options: ScramOptions): Authenticator {
  const { password, iterationsMin = 4_096 } = options
  let clientFirst = ''
  let clientNonce = ''
  let serverSignature: Buffer | undefined
  return {
    method: 'SCRAM-SHA-256',
    start: () => {
      clientNonce = options.nonce?.() ?? randomBytes(18).toString('base64')
      clientFirst = `n=${escapedName(options.username)},r=${clientNonce}`
      serverSignature = undefined
      return Buffer.from(GS2_HEADER + clientFirst)
    },
    respond: (data, reasonCode) => {
      const message = Buffer.from(data ?? '').toString()
      if (reasonCode === CONTINUE) {
        const proof = clientFinal(message, clientFirst, clientNonce, password, iterationsMin)
        serverSignature = proof.serverSignature
        return Buffer.from(proof.message)
      }
      checkServer(message, serverSignature)
      return undefined
    },
  }
}

function clientFinal(
  serverFirst: string,
  clientFirst: string,
  clientNonce: string,
  password: string,
  iterationsMin: number,
): { message: string; serverSignature: Buffer } {
  const { r: nonce = '', s: salt = '', i = '' } = attributesOf(serverFirst)
  if (!nonce.startsWith(clientNonce) || nonce.length === clientNonce.length) {
    throw new Error('the server did not extend our nonce')
  }
  const iterations = Number(i)
  if (!(iterations >= iterationsMin && iterations <= ITERATIONS_MAX)) {
    throw new Error(`the server asks for ${i} iterations, not ${iterationsMin} or more`)
  }
  const salted = pbkdf2Sync(
    password.normalize('NFKC'),
    Buffer.from(salt, 'base64'),
    iterations,
    32,
    'sha256',
  )
  const clientKey = hmac(salted, 'Client Key')
  const storedKey = createHash('sha256').update(clientKey).digest()
  const withoutProof = `c=${Buffer.from(GS2_HEADER).toString('base64')},r=${nonce}`
  const authMessage = `${clientFirst},${serverFirst},${withoutProof}`
  const clientSignature = hmac(storedKey, authMessage)
  const proof = clientKey.map((byte, index) => byte ^ clientSignature[index]!)
  return {
    message: `${withoutProof},p=${Buffer.from(proof).toString('base64')}`,
    serverSignature: hmac(hmac(salted, 'Server Key'), authMessage),
  }
}

function checkServer(serverFinal: string, expected: Buffer | undefined): void {
  const { v = '', e } = attributesOf(serverFinal)
  if (e !== undefined) throw new Error(`the server refused the proof: ${e}`)
  const given = Buffer.from(v, 'base64')
  const isProven =
    expected !== undefined && given.length === expected.length && timingSafeEqual(given, expected)
  if (!isProven) throw new Error('the server did not prove that it knows the password')
}

/** `r=...,s=...,i=...`: values may contain `=`. */
function attributesOf(message: string): Partial<Record<string, string>> {
  return Object.fromEntries(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]))
}

function escapedName(name: string): string {
  return name.normalize('NFKC').replaceAll('=', '=3D').replaceAll(',', '=2C')
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
