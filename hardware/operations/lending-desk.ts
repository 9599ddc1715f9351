// Ports on loan: a tool that flashes a board needs the port that a running bridge has open. The
// bridge listens at a Unix socket in a folder of its user; a borrower names the port in one line
// and has it while it keeps the connection, so that a tool that crashes gives it back too.
//
//   borrower: lend WHAT      desk: lent NAME | taken NAME | unknown
//
// WHAT is the name of a port, or its path under any of its names. Bounds: one line of 4 KiB.

import { mkdirSync, rmSync, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { createConnection, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MotewireError } from '@motewire/sdk'
import { devicePath } from '../port/device-path.ts'
import type { AnyBridge } from './bridge-set.ts'

export interface LendablePort {
  readonly name: string
  /** What the bridge was told to open: a path or an identity. */
  readonly serial: string
  readonly bridge: Pick<AnyBridge, 'lend' | 'takeBack'>
}

const LINE_BYTES_MAX = 4_096
/** Nobody but the user of the bridge may ask. */
const FOLDER_MODE = 0o700

/** Where bridges and borrowers of this user meet; a systemd unit's own folder comes first. */
export function lendingFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { RUNTIME_DIRECTORY, XDG_RUNTIME_DIR } = env
  if (RUNTIME_DIRECTORY !== undefined) return RUNTIME_DIRECTORY
  if (XDG_RUNTIME_DIR !== undefined) return join(XDG_RUNTIME_DIR, 'motewire')
  return join(tmpdir(), `motewire-${process.getuid?.() ?? 'user'}`)
}

export class LendingDesk {
  readonly #path: string
  readonly #folder: string
  readonly #ports: () => readonly LendablePort[]
  readonly #server: Server
  readonly #borrowers = new Set<Socket>()
  readonly #lent = new Set<LendablePort['bridge']>()

  /** @param ports those that may be lent now. */
  constructor(folder: string, ports: () => readonly LendablePort[]) {
    this.#folder = folder
    this.#path = join(folder, `${process.pid}.sock`)
    this.#ports = ports
    this.#server = createServer((socket) => this.#handleBorrower(socket))
  }

  /** Rejects with `ERR_LISTEN_FAILED` when the folder is another user's or cannot be written. */
  async open(): Promise<void> {
    try {
      mkdirSync(this.#folder, { recursive: true, mode: FOLDER_MODE })
      const { uid } = statSync(this.#folder)
      if (uid !== (process.getuid?.() ?? uid)) throw new Error('it belongs to another user')
      // Left behind by a process that had the same number.
      rmSync(this.#path, { force: true })
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject)
        this.#server.listen(this.#path, resolve)
      })
    } catch (cause) {
      const message = `no port can be lent by way of ${this.#folder}: ${(cause as Error).message}`
      throw new MotewireError('ERR_LISTEN_FAILED', message, { cause })
    }
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return
    for (const socket of this.#borrowers) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #handleBorrower(socket: Socket): void {
    this.#borrowers.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => this.#borrowers.delete(socket))
    void this.#serve(socket)
  }

  async #serve(socket: Socket): Promise<void> {
    const line = await readLine(socket)
    const what = /^lend (.+)$/.exec(line ?? '')?.[1]
    const port = what === undefined ? undefined : await this.#find(what)
    if (port === undefined) socket.end('unknown\n')
    else if (this.#lent.has(port.bridge)) socket.end(`taken ${port.name}\n`)
    else await this.#lend(port, socket)
  }

  async #lend({ name, bridge }: LendablePort, socket: Socket): Promise<void> {
    this.#lent.add(bridge)
    const isOver = new Promise((resolve) => socket.once('close', resolve))
    await bridge.lend()
    // Who has left already is seen at the next line.
    if (!socket.destroyed) {
      socket.write(`lent ${name}\n`)
      await isOver
    }
    this.#lent.delete(bridge)
    bridge.takeBack()
  }

  async #find(what: string): Promise<LendablePort | undefined> {
    const ports = this.#ports()
    const named = ports.find(({ name, serial }) => name === what || serial === what)
    if (named !== undefined) return named
    const wanted = await devicePath(what)
    if (wanted === undefined) return undefined
    const paths = await Promise.all(ports.map(({ serial }) => devicePath(serial)))
    return ports[paths.indexOf(wanted)]
  }
}

/** A port that a bridge has lent. */
export interface Loan {
  /** What the bridge calls it. */
  readonly name: string
  /** Gives it back. */
  close(): void
}

/**
 * Borrows a port from whichever running bridge has it.
 * @returns undefined when none has; rejects with `ERR_PORT_LOCKED` when it is lent already.
 */
export async function borrowPort(folder: string, what: string): Promise<Loan | undefined> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names.filter((one) => one.endsWith('.sock'))) {
    // A bridge that was killed has left its socket behind, which nobody answers.
    const socket = createConnection(join(folder, name)).on('error', () => {})
    socket.write(`lend ${what}\n`)
    const [, answer, port = ''] = /^(\w+) ?(.*)$/.exec((await readLine(socket)) ?? '') ?? []
    if (answer === 'lent') return { name: port, close: () => void socket.destroy() }
    socket.destroy()
    if (answer === 'taken') {
      throw new MotewireError('ERR_PORT_LOCKED', `${port} is lent to another program already`)
    }
  }
  return undefined
}

/** The first line; undefined when the other side leaves before its end, or it is too long. */
function readLine(socket: Socket): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = ''
    socket.setEncoding('utf8')
    socket.on('data', (more: string) => {
      text += more
      const end = text.indexOf('\n')
      if (end !== -1) resolve(text.slice(0, end))
      else if (text.length > LINE_BYTES_MAX) socket.destroy()
    })
    socket.once('close', () => resolve(undefined))
  })
}
