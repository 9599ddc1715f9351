// The console's HTTP server: the page, the API below /api/v1/ and the stream of live events, on one
// port. It puts the parts together and owns the sockets; what may come in is decided by the guard,
// what a route answers by the API. Stops within a second, open streams included.

import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sharedClock } from '@motewire/sdk'
import { assert } from '@motewire/sdk/kit'
import { matchRoute } from './api/router.ts'
import { apiRoutes } from './api/routes.ts'
import type { Route } from './api/route.ts'
import { ConsoleError } from './errors.ts'
import { FleetDesk } from './fleets/fleet-desk.ts'
import { ActionLog } from './http/action-log.ts'
import { readBody } from './http/body.ts'
import { Guard } from './http/guard.ts'
import { sendError, sendFile, sendAnswer, setCommonHeaders } from './http/reply.ts'
import { signIn, signOut } from './http/sign-in.ts'
import { CONNECTIONS_MAX } from './limits.ts'
import { Links } from './links/links.ts'
import { EventStream } from './live/event-stream.ts'
import { LiveFeed } from './live/feed.ts'
import { RecentTraffic } from './live/recent-traffic.ts'
import { resolveAccess } from './options.ts'
import type { AccessSettings, ConsoleOptions } from './options.ts'
import { loadPage } from './page-files.ts'
import type { PageFile } from './page-files.ts'
import type { RateSample, RateSpan, RatesView, WhoamiView } from './views.ts'
import { Workbench } from './workbench/workbench.ts'

const API = '/api/v1/'
/** Answers under way at a stop get this long to leave. */
const FAREWELL_MS = 500
/** Of an address in the log. */
const LOGGED_CHARS = 200
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 15_000

/**
 * The web console: `start()` it, open the address that it gives, `stop()` it.
 * One object serves one start.
 */
export class ConsoleServer {
  readonly #access: AccessSettings
  readonly #guard: Guard
  readonly #feed: LiveFeed
  readonly #recent: RecentTraffic
  readonly #routes: readonly Route[]
  readonly #server: Server
  readonly #bench: Workbench
  readonly #links: Links
  readonly #fleet: FleetDesk
  readonly #log: ActionLog
  #files: ReadonlyMap<string, PageFile> = new Map()

  /**
   * @throws UsageError `ERR_OPTION_INVALID`
   * @throws ConsoleError `ERR_CONSOLE_TOKEN_NEEDED` for an open address without a token.
   */
  constructor(options: ConsoleOptions = {}) {
    this.#access = resolveAccess(options)
    this.#guard = new Guard(this.#access)
    const { broker, config, bridges = () => [], clock = sharedClock() } = options
    this.#fleet = new FleetDesk(options.fleet, options.fleetBroker)
    const sources = { broker, config, fleet: this.#fleet, bridges, clock }
    this.#feed = new LiveFeed(sources, options.title ?? 'motewire')
    this.#recent = new RecentTraffic(broker, clock)
    this.#bench = new Workbench(clock)
    this.#links = new Links(clock, options.serialPorts, options.furtherSerialPorts)
    const looks = {
      rates: (): RateSample => this.#feed.rates(),
      ratesOf: (span: RateSpan): RatesView => this.#feed.ratesOf(span),
      recent: this.#recent,
    }
    this.#log = new ActionLog(options.onAction)
    const held = { bench: this.#bench, links: this.#links }
    this.#routes = apiRoutes({ ...sources, ...held, ...looks, log: this.#log })
    const timeouts = { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS }
    this.#server = createServer(timeouts, (request, response) => {
      void this.#handleRequest(request, response)
    })
    this.#server.maxConnections = CONNECTIONS_MAX
  }

  /**
   * Listens, and resolves with the address to open in a browser.
   * @throws ConsoleError `ERR_CONSOLE_PORT_IN_USE`, `ERR_CONSOLE_LISTEN_FAILED` or
   * `ERR_CONSOLE_PAGE_MISSING`
   */
  async start(): Promise<{ readonly url: string }> {
    assert(!this.#server.listening, 'console is started once')
    this.#files = await loadPage()
    await this.#listen()
    this.#feed.start()
    this.#recent.start()
    const { port } = this.#server.address() as AddressInfo
    return { url: `http://${authority(this.#access.host)}:${port}/` }
  }

  /** Ends all streams and connections; resolves within a second. */
  async stop(): Promise<void> {
    this.#feed.stop()
    this.#recent.stop()
    const ended = Promise.all([this.#bench.end(), this.#links.end(), this.#fleet.end()])
    if (!this.#server.listening) return void (await ended)
    const closed = new Promise((resolve) => this.#server.close(resolve))
    const farewell = setTimeout(() => this.#server.closeAllConnections(), FAREWELL_MS)
    await closed
    clearTimeout(farewell)
    await ended
  }

  #listen(): Promise<void> {
    const { host, port } = this.#access
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        const isInUse = error.code === 'EADDRINUSE'
        const what = isInUse ? 'is in use' : `cannot be listened on (${error.code})`
        const code = isInUse ? 'ERR_CONSOLE_PORT_IN_USE' : 'ERR_CONSOLE_LISTEN_FAILED'
        reject(new ConsoleError(code, `port ${port} of ${host} ${what}`, { cause: error }))
      })
      this.#server.listen(port, host, resolve)
    })
  }

  async #handleRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setCommonHeaders(response)
    try {
      this.#guard.checkHost(request.headers)
      const { pathname, searchParams } = urlOf(request)
      if (pathname.startsWith(API)) {
        await this.#handleApi(request, response, pathname.slice(API.length), searchParams)
      } else this.#handleFile(request, response, pathname)
    } catch (error) {
      sendError(response, error)
    }
  }

  #handleFile(request: IncomingMessage, response: ServerResponse, path: string): void {
    const file = this.#files.get(path)
    if (file === undefined) {
      throw new ConsoleError('ERR_CONSOLE_ROUTE_UNKNOWN', `nothing is at ${path}`)
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const message = `${request.method} ${path} is not possible`
      const allow = ['GET', 'HEAD']
      throw new ConsoleError('ERR_CONSOLE_METHOD_REFUSED', message, { allow })
    }
    sendFile(request, response, file)
  }

  async #handleApi(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    query: URLSearchParams,
  ): Promise<void> {
    const { headers, method = '' } = request
    if (path === 'sign-in' && method === 'POST') {
      return signIn(this.#guard, this.#log, request, response)
    }
    if (path === 'sign-out' && method === 'POST') return signOut(this.#guard, request, response)
    const visitor = this.#guard.checkRead(request)
    if (path === 'events' && method === 'GET') return this.#openStream(response, visitor)
    const { route, id } = matchRoute(this.#routes, method, path)
    if (route.method !== 'GET') {
      this.#note(request, response, visitor.name)
      this.#guard.checkWrite(headers, visitor)
    }
    const body = await readBody(request)
    sendAnswer(response, 200, await route.answer({ id, query, body, visitor }))
  }

  /** Notes what was asked for, once it is known how it ended. */
  #note(request: IncomingMessage, response: ServerResponse, name: string): void {
    const { method = '', url = '' } = request
    const address = request.socket.remoteAddress ?? ''
    response.once('finish', () => {
      const what = `${method} ${url.slice(0, LOGGED_CHARS)}`
      this.#log.add({ at: Date.now(), name, address, what, status: response.statusCode })
    })
  }

  #openStream(response: ServerResponse, visitor: WhoamiView): void {
    this.#feed.checkRoom()
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    const stream = new EventStream(
      response,
      () => this.#guard.visitors.present(visitor) !== undefined,
    )
    response.on('close', () => this.#feed.remove(stream))
    this.#feed.add(stream)
  }
}

function urlOf({ url = '/' }: IncomingMessage): URL {
  try {
    return new URL(url, 'http://console')
  } catch (error) {
    throw new ConsoleError('ERR_CONSOLE_ROUTE_UNKNOWN', `nothing is at ${url}`, { cause: error })
  }
}

/** As it stands in a URL; an address that means all interfaces is reached by loopback. */
function authority(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
