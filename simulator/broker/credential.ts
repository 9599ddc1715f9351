// One user's password as it is kept: plain, or hashed in one of Mosquitto's formats
// (`$6$salt$hash` is SHA-512, `$7$rounds$salt$hash` is PBKDF2 with SHA-512; salt and hash in
// Base64). Checking takes the same time whatever differs. It does not know whose password it is.

import { createHash, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'

export type Credential =
  | { readonly kind: 'plain'; readonly password: string }
  | { readonly kind: 'sha512'; readonly salt: Buffer; readonly hash: Buffer }
  | {
      readonly kind: 'pbkdf2'
      readonly rounds: number
      readonly salt: Buffer
      readonly hash: Buffer
    }

/** PBKDF2 runs on the event loop: beyond this it would stop everybody for too long. */
const ROUNDS_MAX = 1_000_000
const ROUNDS = 101
const SALT_BYTES = 12
const HASH_BYTES = 64

/** Reads Mosquitto's formats; undefined when `text` is none of them. */
export function parseHash(text: string): Credential | undefined {
  const [empty, format, ...rest] = text.split('$')
  if (empty !== '') return undefined
  if (format === '6' && rest.length === 2) {
    return { kind: 'sha512', salt: base64(rest[0]!), hash: base64(rest[1]!) }
  }
  if (format !== '7' || rest.length !== 3) return undefined
  const rounds = Number(rest[0])
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > ROUNDS_MAX) return undefined
  return { kind: 'pbkdf2', rounds, salt: base64(rest[1]!), hash: base64(rest[2]!) }
}

/** In Mosquitto's format; undefined for a plain one, which the format cannot hold. */
export function formatHash(credential: Credential): string | undefined {
  if (credential.kind === 'plain') return undefined
  const [salt, hash] = [credential.salt.toString('base64'), credential.hash.toString('base64')]
  return credential.kind === 'sha512'
    ? `$6$${salt}$${hash}`
    : `$7$${credential.rounds}$${salt}$${hash}`
}

/** As mosquitto_passwd does it: 101 rounds and 12 bytes of salt. */
export function hashOf(password: string): Credential {
  const salt = randomBytes(SALT_BYTES)
  const hash = pbkdf2Sync(password, salt, ROUNDS, HASH_BYTES, 'sha512')
  return { kind: 'pbkdf2', rounds: ROUNDS, salt, hash }
}

function base64(text: string): Buffer {
  return Buffer.from(text, 'base64')
}

export function isPasswordOf(credential: Credential, given: Uint8Array | string): boolean {
  const password = Buffer.from(given)
  switch (credential.kind) {
    case 'plain':
      return timingSafeEqual(sha512(Buffer.from(credential.password)), sha512(password))
    case 'sha512':
      return isSame(sha512(Buffer.concat([password, credential.salt])), credential.hash)
    case 'pbkdf2': {
      const { rounds, salt, hash } = credential
      return isSame(pbkdf2Sync(password, salt, rounds, HASH_BYTES, 'sha512'), hash)
    }
  }
}

function sha512(bytes: Buffer): Buffer {
  return createHash('sha512').update(bytes).digest()
}

function isSame(own: Buffer, kept: Buffer): boolean {
  return own.length === kept.length && timingSafeEqual(own, kept)
}
