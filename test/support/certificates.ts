// Certificates for tests, made when they run: an authority and what it signs. Just enough of X.509
// (RFC 5280) in DER (X.690) for servers and clients on the loopback; ECDSA on P-256. No program is
// needed and no key lies in the repository.

import { generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

export interface CertificateOptions {
  /** Host names and IPv4 addresses it is for. Default: localhost and 127.0.0.1. */
  readonly names?: readonly string[]
  /** Default: from yesterday to tomorrow. */
  readonly notBefore?: Date
  readonly notAfter?: Date
}

export interface Certificate {
  readonly cert: string
  readonly key: string
}

const DAY_MS = 86_400_000
const ECDSA_WITH_SHA256 = '2a8648ce3d040302'
const COMMON_NAME = '550403'
const BASIC_CONSTRAINTS = '551d13'
const SUBJECT_ALTERNATIVE_NAME = '551d11'

export class CertificateAuthority {
  /** Its own certificate, PEM. */
  readonly cert: string
  readonly #name: Buffer
  readonly #key: KeyObject

  constructor(commonName: string) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    this.#key = privateKey
    this.#name = distinguishedName(commonName)
    this.cert = this.#certify(this.#name, publicKey, [authorityExtension()], {})
  }

  /** A certificate of this authority with a key of its own. */
  issue(commonName: string, options: CertificateOptions = {}): Certificate {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const names = options.names ?? ['localhost', '127.0.0.1']
    const subject = distinguishedName(commonName)
    const cert = this.#certify(subject, publicKey, [namesExtension(names)], options)
    return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
  }

  #certify(
    subject: Buffer,
    publicKey: KeyObject,
    extensions: readonly Buffer[],
    { notBefore, notAfter }: CertificateOptions,
  ): string {
    const algorithm = sequence(identifier(ECDSA_WITH_SHA256))
    const content = sequence(
      der(0xa0, integer(2)),
      integer(serialNumber++),
      algorithm,
      this.#name,
      sequence(
        utcTime(notBefore ?? new Date(Date.now() - DAY_MS)),
        utcTime(notAfter ?? new Date(Date.now() + DAY_MS)),
      ),
      subject,
      publicKey.export({ type: 'spki', format: 'der' }),
      der(0xa3, sequence(...extensions)),
    )
    const signature = sign('sha256', content, this.#key)
    const whole = sequence(content, algorithm, der(0x03, Buffer.from([0]), signature))
    const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
    return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
  }
}

let serialNumber = 1

/** Tag, length and contents. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  const size =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

function sequence(...contents: readonly Uint8Array[]): Buffer {
  return der(0x30, ...contents)
}

function identifier(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'))
}

function integer(value: number): Buffer {
  return der(0x02, Buffer.from([0, value >> 8, value & 255].slice(value > 127 ? 0 : 2)))
}

function utcTime(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '')
  return der(0x17, Buffer.from(digits.slice(2)))
}

function distinguishedName(commonName: string): Buffer {
  const value = der(0x0c, Buffer.from(commonName))
  return sequence(der(0x31, sequence(identifier(COMMON_NAME), value)))
}

function authorityExtension(): Buffer {
  const isAuthority = der(0x01, Buffer.from([255]))
  const critical = der(0x01, Buffer.from([255]))
  return sequence(identifier(BASIC_CONSTRAINTS), critical, der(0x04, sequence(isAuthority)))
}

function namesExtension(names: readonly string[]): Buffer {
  const entries = names.map((name) =>
    /^[\d.]+$/.test(name)
      ? der(0x87, Buffer.from(name.split('.').map(Number)))
      : der(0x82, Buffer.from(name)),
  )
  return sequence(identifier(SUBJECT_ALTERNATIVE_NAME), der(0x04, sequence(...entries)))
}
