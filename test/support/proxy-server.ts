// Small SOCKS5 and HTTP CONNECT proxies for tests, and one that answers whatever a test says. They
// take whole requests only in the order that the standards give; they are not for the open network.

import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'

export interface ProxyServerOptions {
  /** Asked for when given. */
  readonly credentials?: { readonly username: string; readonly password: string }
  /**
   * Sends the end of its answer together with the first bytes of the tunnel, a byte too many for a
   * reader that stops at the answer.
   */
  readonly answersLate?: boolean
  /** Host names it knows, and what they mean. */
  readonly hosts?: Readonly<Record<string, string>>
}

export class ProxyServer {
  readonly port: number
  /** `host:port` of each request, as the client wrote it. */
  readonly targets: string[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => {}).once('close', () => this.#sockets.delete(socket))
    })
  }

  static async socks5(options: ProxyServerOptions = {}): Promise<ProxyServer> {
    const proxy: ProxyServer = await ProxyServer.#listen((socket) => {
      void serveSocks5(socket, options, proxy.targets)
    })
    return proxy
  }

  static async httpConnect(options: ProxyServerOptions = {}): Promise<ProxyServer> {
    const proxy: ProxyServer = await ProxyServer.#listen((socket) => {
      void serveConnect(socket, options, proxy.targets)
    })
    return proxy
  }

  /** Answers each chunk with the next of `answers`, then ends. */
  static scripted(answers: readonly (string | Uint8Array)[]): Promise<ProxyServer> {
    return ProxyServer.#listen((socket) => {
      const left = [...answers]
      socket.on('data', () => {
        const answer = left.shift()
        if (answer === undefined) socket.end()
        else socket.write(answer)
      })
    })
  }

  static async #listen(handle: (socket: Socket) => void): Promise<ProxyServer> {
    const server = createServer(handle).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new ProxyServer(server)
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** Reads exactly `count` bytes; rejects when the stream ends before. */
async function take(socket: Socket, count: number): Promise<Buffer> {
  for (;;) {
    const bytes = socket.read(count) as Buffer | null
    if (bytes !== null && bytes.length === count) return bytes
    if (socket.readableEnded || socket.destroyed) throw new Error('the client has gone')
    await Promise.race([once(socket, 'readable'), once(socket, 'end'), once(socket, 'close')])
  }
}

async function serveSocks5(
  socket: Socket,
  options: ProxyServerOptions,
  targets: string[],
): Promise<void> {
  try {
    const [, count = 0] = await take(socket, 2)
    const methods = await take(socket, count)
    const { credentials } = options
    const method = credentials === undefined ? 0 : 2
    if (!methods.includes(method)) return void socket.end(Buffer.from([5, 255]))
    socket.write(Buffer.from([5, method]))
    if (credentials !== undefined) {
      const username = await takeCounted(socket, 1)
      const password = await takeCounted(socket, 0)
      const isRight = username === credentials.username && password === credentials.password
      socket.write(Buffer.from([1, isRight ? 0 : 1]))
      if (!isRight) return void socket.end()
    }
    const [, , , addressType] = await take(socket, 4)
    const host = await takeHost(socket, addressType ?? 0)
    const port = (await take(socket, 2)).readUInt16BE()
    targets.push(`${host}:${port}`)
    const answer = Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
    const refusal = Buffer.from([5, 5, 0, 1, 0, 0, 0, 0, 0, 0])
    tunnel(socket, { host, port, answer, refusal }, options)
  } catch {
    socket.destroy()
  }
}

async function takeCounted(socket: Socket, before: number): Promise<string> {
  const head = await take(socket, before + 1)
  const length = head[before] ?? 0
  return length === 0 ? '' : (await take(socket, length)).toString()
}

async function takeHost(socket: Socket, addressType: number): Promise<string> {
  if (addressType === 1) return (await take(socket, 4)).join('.')
  if (addressType === 3) return takeCounted(socket, 0)
  const groups = await take(socket, 16)
  return `[${(groups.toString('hex').match(/..../g) ?? []).join(':')}]`
}

async function serveConnect(
  socket: Socket,
  options: ProxyServerOptions,
  targets: string[],
): Promise<void> {
  try {
    let head = ''
    while (!head.endsWith('\r\n\r\n')) head += (await take(socket, 1)).toString('latin1')
    const [, target = ''] = /^CONNECT (\S+) HTTP\/1\.1\r\n/.exec(head) ?? []
    const { credentials } = options
    if (credentials !== undefined) {
      const { username, password } = credentials
      const basic = Buffer.from(`${username}:${password}`).toString('base64')
      if (!head.includes(`Proxy-Authorization: Basic ${basic}\r\n`)) {
        return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      }
    }
    targets.push(target)
    const [, host = '', port = '0'] = /^(.*):(\d+)$/.exec(target) ?? []
    const answer = Buffer.from('HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n')
    const refusal = Buffer.from('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    tunnel(socket, { host, port: Number(port), answer, refusal }, options)
  } catch {
    socket.destroy()
  }
}

interface TunnelRequest {
  readonly host: string
  readonly port: number
  readonly answer: Buffer
  readonly refusal: Buffer
}

function tunnel(socket: Socket, request: TunnelRequest, options: ProxyServerOptions): void {
  const { host, port, answer, refusal } = request
  const far = connect({ host: options.hosts?.[host] ?? host, port, noDelay: true })
  const refuse = (): void => void socket.end(refusal)
  far.once('error', refuse).once('connect', () => {
    far.off('error', refuse)
    if (options.answersLate === true) {
      socket.write(answer.subarray(0, -1))
      far.once('data', (first: Buffer) => {
        socket.write(Buffer.concat([answer.subarray(-1), first]))
        join(socket, far)
      })
    } else {
      socket.write(answer)
      join(socket, far)
    }
  })
}

/** Passes on bytes, ends and resets. */
function join(near: Socket, far: Socket): void {
  near.pipe(far)
  far.pipe(near)
  near.on('error', () => far.resetAndDestroy()).once('close', () => far.destroy())
  far.on('error', () => near.resetAndDestroy()).once('close', () => near.end())
}
