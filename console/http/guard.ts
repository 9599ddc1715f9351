// Who may ask: the checks that every request passes before any route sees it. The Host header stops
// a foreign page that points its own name at our address (DNS rebinding); the custom header, the
// Origin and Sec-Fetch-Site stop a foreign page from acting through the visitor's browser. It knows
// no route and reads no body.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { ConsoleError } from '../errors.ts'
import { isLoopback } from '../options.ts'
import type { AccessSettings } from '../options.ts'

/** The header without which nothing is changed. Browsers let no foreign page send it. */
const WRITE_HEADER = 'x-motewire-console'

const AUTHORITY = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/i

export class Guard {
  readonly #access: AccessSettings
  /** What the cookie holds instead of the token. New with each start. */
  readonly #session = randomBytes(32).toString('base64url')

  constructor(access: AccessSettings) {
    this.#access = access
  }

  /** @throws ConsoleError `ERR_CONSOLE_HOST_REFUSED` */
  checkHost({ host = '' }: IncomingHttpHeaders): void {
    const authority = AUTHORITY.exec(host)
    const name = (authority?.[1] ?? authority?.[2] ?? '').toLowerCase()
    if (name !== '' && this.#isOwnName(name)) return
    throw new ConsoleError('ERR_CONSOLE_HOST_REFUSED', `host '${host}' is not this console`)
  }

  /** For all of the API: no foreign page, and the token when there is one. */
  checkRead(headers: IncomingHttpHeaders): void {
    const site = headers['sec-fetch-site']
    if (site !== undefined && site !== 'same-origin' && site !== 'none') {
      throw new ConsoleError('ERR_CONSOLE_ORIGIN_REFUSED', `request comes from a ${site} page`)
    }
    if (this.#access.token === undefined) return
    const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]
    if (bearer !== undefined && this.isToken(bearer)) return
    if (isSame(cookieOf(headers, this.#cookieName(headers)), this.#session)) return
    throw new ConsoleError('ERR_CONSOLE_TOKEN_REFUSED', 'token is missing or wrong')
  }

  /** For everything that changes something. */
  checkWrite(headers: IncomingHttpHeaders): void {
    if (headers[WRITE_HEADER] === undefined) {
      throw new ConsoleError('ERR_CONSOLE_HEADER_MISSING', `header ${WRITE_HEADER} is missing`)
    }
    const { origin, host } = headers
    if (origin === undefined || origin === `http://${host}` || origin === `https://${host}`) return
    throw new ConsoleError('ERR_CONSOLE_ORIGIN_REFUSED', `origin '${origin}' is not this console`)
  }

  isToken(text: string): boolean {
    return this.#access.token === undefined || isSame(text, this.#access.token)
  }

  /** The Set-Cookie header of a visitor who gave the token. */
  sessionCookie(headers: IncomingHttpHeaders): string {
    return `${this.#cookieName(headers)}=${this.#session}; Path=/; HttpOnly; SameSite=Strict`
  }

  /** Cookies know no ports, so the name keeps two consoles on one machine apart. */
  #cookieName({ host = '' }: IncomingHttpHeaders): string {
    return `motewire-console-${/:(\d+)$/.exec(host)?.[1] ?? '80'}`
  }

  #isOwnName(name: string): boolean {
    const { host, hostNames } = this.#access
    if (isLoopback(name) || name === host || hostNames.includes(name)) return true
    // An address cannot be rebound, only a name can.
    return !this.#access.isLoopback && isIP(name) !== 0
  }
}

function cookieOf({ cookie = '' }: IncomingHttpHeaders, name: string): string {
  const prefix = `${name}=`
  const found = cookie.split(/;\s*/).find((one) => one.startsWith(prefix))
  return found?.slice(prefix.length) ?? ''
}

/** Takes the same time wherever the texts differ. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
