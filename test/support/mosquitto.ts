// A real Mosquitto for interop tests: its own folder, its own port, its own process. It can be
// stopped in good order, killed, and started again on the same port with what it has kept. It does
// not know MQTT; ready means that the process says so and the port takes connections.

import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { locateExecutable } from '../../scripts/components.mjs'
import { componentPath } from './component.ts'

export interface MosquittoOptions {
  /** Keeps sessions, queues and retained messages over `restart`. Default false. */
  readonly persistence?: boolean
  /** User names and passwords. With any, nobody connects without one. Default: everybody may. */
  readonly users?: Readonly<Record<string, string>>
  /** Opens a second listener for MQTT over WebSocket. Default false. */
  readonly websocket?: boolean
  /** Opens a listener for MQTT over TLS with these PEM texts. Default: none. */
  readonly tls?: MosquittoTls
  /** Further lines of mosquitto.conf. */
  readonly lines?: readonly string[]
}

export interface MosquittoTls {
  readonly cert: string
  readonly key: string
  /** Authority of client certificates; with it, nobody connects without one. */
  readonly clientCa?: string
}

const START_TIMEOUT_MS = 10_000
const STOP_TIMEOUT_MS = 10_000
/** Another process may take the free port before Mosquitto does. */
const PORT_TRIES = 5
/** The log keeps this many characters, the newest. */
const LOG_CHARS_MAX = 1 << 20

/** No broker outlives the tests, even when they end without cleaning up. */
const alive = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

export class Mosquitto {
  /** The port of MQTT over TCP on 127.0.0.1; the same after `restart`. */
  readonly port: number
  /** The port of MQTT over WebSocket, 0 without one. */
  readonly websocketPort: number
  /** The port of MQTT over TLS, 0 without one. */
  readonly tlsPort: number
  readonly #folder: string
  #process: ChildProcess | undefined
  #log = ''

  private constructor(folder: string, port: number, websocketPort: number, tlsPort: number) {
    this.#folder = folder
    this.port = port
    this.websocketPort = websocketPort
    this.tlsPort = tlsPort
  }

  /** Starts a broker and waits until it takes connections. */
  static async start(options: MosquittoOptions = {}): Promise<Mosquitto> {
    for (let attempt = 1; ; attempt++) {
      const folder = mkdtempSync(join(tmpdir(), 'motewire-mosquitto-'))
      const port = await freePort()
      const websocketPort = options.websocket === true ? await freePort() : 0
      const tlsPort = options.tls === undefined ? 0 : await freePort()
      const broker = new Mosquitto(folder, port, websocketPort, tlsPort)
      writeSettings(folder, broker, options)
      try {
        await broker.restart()
        return broker
      } catch (error) {
        await broker.remove()
        const isPortTaken = broker.log.includes('Address already in use')
        if (!isPortTaken || attempt === PORT_TRIES) throw error
      }
    }
  }

  /** `mqtt://127.0.0.1:PORT`. */
  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`
  }

  /** What the broker has written since its last start, the newest part when that is much. */
  get log(): string {
    return this.#log
  }

  get isRunning(): boolean {
    return this.#process !== undefined
  }

  /** Stops the broker if it runs, starts it on the same port and waits until it is ready. */
  async restart(): Promise<void> {
    await this.stop()
    const child = spawn(componentPath('mosquitto'), ['-c', settingsFile(this.#folder)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#process = child
    this.#log = ''
    alive.add(child)
    child.once('exit', () => {
      alive.delete(child)
      this.#process = undefined
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#log = (this.#log + text).slice(-LOG_CHARS_MAX)
        child.emit('log')
      })
    }
    await this.#untilLogged(child, /mosquitto version \S+ running/, START_TIMEOUT_MS)
    await untilAccepting(this.port)
  }

  /** Waits until the log since the last start matches; it may do so already. */
  async logged(pattern: RegExp, timeoutMs: number = START_TIMEOUT_MS): Promise<void> {
    if (this.#process === undefined) throw new Error('mosquitto does not run')
    await this.#untilLogged(this.#process, pattern, timeoutMs)
  }

  /** Asks the broker to end (SIGTERM) and waits for it; what it persists is on disk then. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  /** Kills the broker (SIGKILL), as a power failure would, and waits until it is gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** Ends the broker and deletes its folder. */
  async remove(): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.remove()
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#process
    if (child === undefined) return
    const gone = once(child, 'exit', { signal: AbortSignal.timeout(STOP_TIMEOUT_MS) })
    child.kill(signal)
    await gone
  }

  /** Settles at the first chunk of output with which the log matches. */
  #untilLogged(child: ChildProcess, pattern: RegExp, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (what: string): void => {
        settle()
        reject(new Error(`mosquitto ${what} before its log matched ${pattern}:\n${this.#log}`))
      }
      const look = (): void => {
        if (!pattern.test(this.#log)) return
        settle()
        resolve()
      }
      const timer = setTimeout(() => fail(`ran ${timeoutMs} ms`), timeoutMs)
      const handleExit = (code: number | null): void => fail(`ended with ${code}`)
      const settle = (): void => {
        clearTimeout(timer)
        child.off('log', look).off('exit', handleExit)
      }
      child.on('log', look).on('exit', handleExit)
      look()
    })
  }
}

function settingsFile(folder: string): string {
  return join(folder, 'mosquitto.conf')
}

function writeSettings(folder: string, broker: Mosquitto, options: MosquittoOptions): void {
  const { persistence = false, users = {}, lines = [] } = options
  const isOpen = Object.keys(users).length === 0
  const settings = [
    // As root, Mosquitto would become a user that may not write into our folder.
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    // Its standard output is buffered when it is no terminal.
    'log_dest stderr',
    'log_timestamp_format %Y-%m-%dT%H:%M:%S',
    // The default of 1,000 drops messages silently, which a test that counts would blame on us.
    'max_queued_messages 0',
    `allow_anonymous ${isOpen}`,
    ...(isOpen ? [] : [`password_file ${writePasswords(folder, users)}`]),
    ...(persistence ? ['persistence true', `persistence_location ${folder}/`] : []),
    `listener ${broker.port} 127.0.0.1`,
    ...(broker.websocketPort === 0
      ? []
      : [`listener ${broker.websocketPort} 127.0.0.1`, 'protocol websockets']),
    ...(options.tls === undefined ? [] : tlsListener(folder, broker.tlsPort, options.tls)),
    ...lines,
  ]
  writeFileSync(settingsFile(folder), `${settings.join('\n')}\n`)
}

function tlsListener(folder: string, port: number, tls: MosquittoTls): string[] {
  const write = (name: string, text: string): string => {
    const file = join(folder, name)
    writeFileSync(file, text, { mode: 0o600 })
    return file
  }
  return [
    `listener ${port} 127.0.0.1`,
    `certfile ${write('server.crt', tls.cert)}`,
    `keyfile ${write('server.key', tls.key)}`,
    ...(tls.clientCa === undefined
      ? []
      : [`cafile ${write('clients.crt', tls.clientCa)}`, 'require_certificate true']),
  ]
}

/** Mosquitto wants hashes, which only its own tool makes. */
function writePasswords(folder: string, users: Readonly<Record<string, string>>): string {
  const file = join(folder, 'passwords')
  const tool = locateExecutable('mosquitto_passwd') ?? 'mosquitto_passwd'
  writeFileSync(file, '', { mode: 0o600 })
  for (const [name, password] of Object.entries(users)) {
    const result = spawnSync(tool, ['-b', file, name, password], { encoding: 'utf8' })
    if (result.status !== 0) throw new Error(`mosquitto_passwd failed: ${result.stderr}`)
  }
  return file
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function untilAccepting(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect', { signal: AbortSignal.timeout(START_TIMEOUT_MS) })
  socket.destroy()
}
