// What went wrong on a link, as one typed error with one line that a person understands. It knows
// the codes of Node and OpenSSL and nothing of MQTT. O(codes) only when something fails.

import { LinkError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'

/** What Node's TLS adds to an error. */
interface NodeFailure extends Error {
  readonly code?: string
  readonly reason?: string
  readonly cert?: { readonly subjectaltname?: string; readonly subject?: { readonly CN?: string } }
}

/** The typed error for `error` of the link called `subject`. */
export function linkFailure(subject: string, error: NodeFailure): LinkError {
  if (error instanceof LinkError) return error
  const [code, what] = describe(error)
  return new LinkError(code, `${subject} ${what}`, { cause: error })
}

type Failure = readonly [ErrorCode, string]

function describe(error: NodeFailure): Failure {
  const code = error.code ?? ''
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return ['ERR_LINK_TLS', otherName(error)]
  if (code === 'ECONNRESET' && /before secure TLS/.test(error.message)) {
    return ['ERR_LINK_TLS', 'closed the connection during the TLS handshake']
  }
  const known = FAILURES[code]
  if (known !== undefined) return known
  const certificate = CERTIFICATE_FAILURES[code]
  if (certificate !== undefined) return ['ERR_LINK_TLS', `presents ${certificate}`]
  if (!/^(ERR_SSL|ERR_TLS|EPROTO)/.test(code)) {
    return ['ERR_LINK_LOST', `failed (${code === '' ? firstLine(error.message) : code})`]
  }
  const tls = ALERTS.find(([pattern]) => pattern.test(code))?.[1]
  const reason = error.reason ?? firstLine(error.message)
  return ['ERR_LINK_TLS', tls ?? `cannot be talked to in TLS (${reason})`]
}

/** The certificate is good, but for somebody else. */
function otherName({ cert }: NodeFailure): string {
  const names = cert?.subjectaltname ?? cert?.subject?.CN ?? 'nobody'
  return `presents a certificate for another host (${names})`
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}

const FAILURES: Readonly<Record<string, Failure>> = {
  ECONNREFUSED: ['ERR_LINK_REFUSED', 'refused the connection: nothing listens there'],
  ECONNRESET: ['ERR_LINK_LOST', 'reset the connection'],
  ECONNABORTED: ['ERR_LINK_LOST', 'broke the connection off'],
  EPIPE: ['ERR_LINK_LOST', 'closed the connection'],
  ENOTFOUND: ['ERR_LINK_REFUSED', 'has an unknown host name'],
  EAI_AGAIN: ['ERR_LINK_REFUSED', 'has a host name that cannot be looked up now'],
  ETIMEDOUT: ['ERR_LINK_TIMEOUT', 'did not answer'],
  EHOSTUNREACH: ['ERR_LINK_REFUSED', 'cannot be reached'],
  ENETUNREACH: ['ERR_LINK_REFUSED', 'cannot be reached'],
  EADDRNOTAVAIL: ['ERR_LINK_REFUSED', 'has no free local port or address to be reached from'],
  EMFILE: ['ERR_LINK_REFUSED', 'cannot be opened: this process has too many open files'],
  ENOENT: ['ERR_LINK_REFUSED', 'does not exist'],
  EACCES: ['ERR_LINK_REFUSED', 'may not be opened by this user'],
}

const UNKNOWN_ISSUER = 'a certificate of an unknown authority'

const CERTIFICATE_FAILURES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'a certificate that has expired',
  CERT_NOT_YET_VALID: 'a certificate that is not valid yet',
  CERT_REVOKED: 'a certificate that was revoked',
  CERT_SIGNATURE_FAILURE: 'a certificate with a wrong signature',
  CERT_UNTRUSTED: 'a certificate that is not trusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'a self-signed certificate',
  INVALID_CA: 'a certificate whose issuer is no authority',
  INVALID_PURPOSE: 'a certificate that is not made for servers',
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_ISSUER,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_ISSUER,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_ISSUER,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_ISSUER,
}

/** The other side's alerts and what they mean for us; the first that matches counts. */
const ALERTS: readonly (readonly [RegExp, string])[] = [
  [/ALERT_CERTIFICATE_REQUIRED/, 'wants a client certificate'],
  [/ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|NO_CERTIFICATE)/, 'refused the client certificate'],
  [/ALERT_CERTIFICATE_EXPIRED/, 'refused the client certificate: it has expired'],
  [/ALERT_CERTIFICATE_REVOKED/, 'refused the client certificate: it was revoked'],
  [/ALERT_(CERTIFICATE_UNKNOWN|UNSUPPORTED_CERTIFICATE)/, 'refused the client certificate'],
  [/ALERT_NO_APPLICATION_PROTOCOL/, 'speaks none of the offered ALPN protocols'],
  [/(ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_)/, 'speaks another version of TLS'],
  [/ALERT_UNRECOGNIZED_NAME/, 'does not know the server name'],
  [/(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_TOO)/, 'speaks no TLS on this port'],
  [/HANDSHAKE_FAILURE/, 'refused the TLS handshake'],
]
