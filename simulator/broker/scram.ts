// SCRAM-SHA-256 on the server's side (RFC 5802, RFC 7677), for enhanced authentication: the
// password never crosses the link, and the client learns that we know it too. Without channel
// binding. An unknown user takes the same steps as a wrong password.

import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'
import type { AuthExchange, AuthStep, Identity } from './core/access.ts'

export const SCRAM_METHOD = 'SCRAM-SHA-256'
/** The least that RFC 7677 allows; a client pays for each as we do. */
const ROUNDS = 4_096
const NONCE_BYTES = 18

/** What the server keeps of a password. */
export interface ScramKeys {
  readonly salt: Buffer
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

export function scramKeysOf(password: string, salt: Buffer = randomBytes(16)): ScramKeys {
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, ROUNDS, 32, 'sha256')
  const clientKey = hmac(salted, 'Client Key')
  return { salt, storedKey: sha256(clientKey), serverKey: hmac(salted, 'Server Key') }
}

/** Keys and identity of a user; undefined when there is none. */
export type ScramLookup = (
  username: string,
) => { readonly keys: ScramKeys; readonly identity: Identity } | undefined

export class ScramExchange implements AuthExchange {
  readonly #lookup: ScramLookup
  readonly #nonce: string
  #user: ReturnType<ScramLookup>
  /** `client-first-bare,server-first`: empty until the first step is done. */
  #begun = ''
  #wholeNonce = ''
  #header = ''

  /** @param nonce for tests against the RFC's example; random otherwise. */
  constructor(lookup: ScramLookup, nonce: string = randomBytes(NONCE_BYTES).toString('base64')) {
    this.#lookup = lookup
    this.#nonce = nonce
  }

  step(input: Uint8Array): AuthStep {
    const text = Buffer.from(input).toString()
    return this.#begun === '' ? this.#begin(text) : this.#finish(text)
  }

  #begin(text: string): AuthStep {
    // No channel binding (`n`), or none that the client thinks we offer (`y`).
    const parts = /^([ny],(?:a=[^,]*)?,)(n=([^,]+),r=([\x21-\x2b\x2d-\x7e]+).*)$/.exec(text)
    if (parts === null) return { kind: 'failure' }
    const [, header = '', bare = '', name = '', clientNonce = ''] = parts
    this.#user = this.#lookup(name.replaceAll('=2C', ',').replaceAll('=3D', '='))
    // A salt that stays the same for a name, so that nobody can tell unknown names apart.
    const salt = this.#user?.keys.salt ?? hmac(DECOY_KEY, name).subarray(0, 16)
    this.#header = header
    this.#wholeNonce = `${clientNonce}${this.#nonce}`
    const answer = `r=${this.#wholeNonce},s=${salt.toString('base64')},i=${ROUNDS}`
    this.#begun = `${bare},${answer}`
    return { kind: 'continue', answer: Buffer.from(answer) }
  }

  #finish(text: string): AuthStep {
    const parts = /^(c=([^,]*),r=([^,]*)),p=([A-Za-z0-9+/=]+)$/.exec(text)
    const user = this.#user
    if (parts === null || user === undefined) return { kind: 'failure' }
    const [, withoutProof = '', binding = '', nonce = '', proofText = ''] = parts
    const isBound = binding === Buffer.from(this.#header).toString('base64')
    if (!isBound || nonce !== this.#wholeNonce) return { kind: 'failure' }
    const { storedKey, serverKey } = user.keys
    const message = `${this.#begun},${withoutProof}`
    const signature = hmac(storedKey, message)
    const proof = Buffer.from(proofText, 'base64')
    if (proof.length !== signature.length) return { kind: 'failure' }
    const clientKey = Buffer.from(proof.map((byte, i) => byte ^ signature[i]!))
    if (!timingSafeEqual(sha256(clientKey), storedKey)) return { kind: 'failure' }
    const answer = Buffer.from(`v=${hmac(serverKey, message).toString('base64')}`)
    return { kind: 'success', answer, identity: user.identity }
  }
}

const DECOY_KEY = randomBytes(32)

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}
