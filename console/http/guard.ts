// Who may ask: the checks that every request passes before any route sees it. The Host header stops
// a foreign page that points its own name at our address (DNS rebinding); the custom header, the
// Origin and Sec-Fetch-Site stop a foreign page from acting through the visitor's browser. It knows
// no route and reads no body.

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { ConsoleError } from '../errors.ts'
import { isLoopback } from '../options.ts'
import type { AccessSettings } from '../options.ts'
import type { WhoamiView } from '../views.ts'
import { ANYBODY, Visitors } from './visitors.ts'

/** The header without which nothing is changed. Browsers let no foreign page send it. */
const WRITE_HEADER = 'x-motewire-console'

const AUTHORITY = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/i

export class Guard {
  readonly #access: AccessSettings
  readonly visitors: Visitors

  constructor(access: AccessSettings) {
    this.#access = access
    this.visitors = new Visitors(access)
  }

  /** @throws ConsoleError `ERR_CONSOLE_HOST_REFUSED` */
  checkHost({ host = '' }: IncomingHttpHeaders): void {
    const authority = AUTHORITY.exec(host)
    const name = (authority?.[1] ?? authority?.[2] ?? '').toLowerCase()
    if (name !== '' && this.#isOwnName(name)) return
    throw new ConsoleError('ERR_CONSOLE_HOST_REFUSED', `host '${host}' is not this console`)
  }

  /** For all of the API: no foreign page, and somebody who has signed in where that is needed. */
  checkRead(request: IncomingMessage): WhoamiView {
    const { headers } = request
    const site = headers['sec-fetch-site']
    if (site !== undefined && site !== 'same-origin' && site !== 'none') {
      throw new ConsoleError('ERR_CONSOLE_ORIGIN_REFUSED', `request comes from a ${site} page`)
    }
    if (this.visitors.isOpen) return ANYBODY
    const visitor = this.#byHeader(request) ?? this.visitors.bySession(this.sessionOf(headers))
    if (visitor !== undefined) return visitor
    throw this.refusal('missing or wrong')
  }

  /** Tells by its code what is asked for: a token, or name and password. */
  refusal(how: string): ConsoleError {
    return this.#access.signIn === undefined
      ? new ConsoleError('ERR_CONSOLE_TOKEN_REFUSED', `token is ${how}`)
      : new ConsoleError('ERR_CONSOLE_SIGN_IN_REFUSED', `name or password is ${how}`)
  }

  /** `Bearer TOKEN` or, as `curl -u` sends it, name and password. */
  #byHeader({ headers, socket }: IncomingMessage): WhoamiView | undefined {
    const [, scheme = '', text = ''] = /^(\w+) (.+)$/.exec(headers.authorization ?? '') ?? []
    if (scheme === 'Bearer') return this.visitors.byToken(text)
    if (scheme !== 'Basic') return undefined
    const plain = Buffer.from(text, 'base64').toString()
    const colon = plain.indexOf(':')
    const [name, password] = [plain.slice(0, colon), plain.slice(colon + 1)]
    return this.visitors.byPassword(name, password, socket.remoteAddress ?? '', Date.now())
  }

  /** For everything that changes something. */
  checkWrite(headers: IncomingHttpHeaders, visitor: WhoamiView = ANYBODY): void {
    if (headers[WRITE_HEADER] === undefined) {
      throw new ConsoleError('ERR_CONSOLE_HEADER_MISSING', `header ${WRITE_HEADER} is missing`)
    }
    const { origin, host } = headers
    const isOwn = origin === `http://${host}` || origin === `https://${host}`
    if (origin !== undefined && !isOwn) {
      throw new ConsoleError('ERR_CONSOLE_ORIGIN_REFUSED', `origin '${origin}' is not this console`)
    }
    if (visitor.role === 'admin') return
    const message = `${visitor.name} may look and change nothing`
    throw new ConsoleError('ERR_CONSOLE_ROLE_REFUSED', message)
  }

  /** What the cookie holds, '' without one. */
  sessionOf(headers: IncomingHttpHeaders): string {
    return cookieOf(headers, this.#cookieName(headers))
  }

  /** The Set-Cookie header of a visitor who has signed in; '' signs out. */
  sessionCookie(headers: IncomingHttpHeaders, id: string): string {
    const age = id === '' ? '; Max-Age=0' : ''
    return `${this.#cookieName(headers)}=${id}; Path=/; HttpOnly; SameSite=Strict${age}`
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
