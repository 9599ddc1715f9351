// A serial cable for tests: two pseudo-terminals that socat joins. The near end is the device that
// our code opens, the far end stands for the microcontroller. The cable can be pulled and plugged
// in again under the same names. Nothing here knows what the bytes mean.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ReadStream } from 'node:tty'
import { componentPath } from '../../support/component.ts'

const WAIT_MS = 5_000

/** No cable outlives the tests. */
const alive = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

export class PtyPair {
  readonly #folder = mkdtempSync(join(tmpdir(), 'motewire-pty-'))
  #socat: ChildProcess | undefined

  static async create(): Promise<PtyPair> {
    const pair = new PtyPair()
    await pair.plug()
    return pair
  }

  /** The path that our code opens. */
  get near(): string {
    return join(this.#folder, 'near')
  }

  get far(): string {
    return join(this.#folder, 'far')
  }

  /** Joins the ends; both paths exist when it settles. */
  async plug(): Promise<void> {
    const ends = [this.near, this.far].map((link) => `pty,raw,echo=0,link=${link}`)
    const socat = spawn(componentPath('socat'), ['-d', '-d', ...ends], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#socat = socat
    alive.add(socat)
    socat.once('exit', () => alive.delete(socat))
    let log = ''
    const signal = AbortSignal.timeout(WAIT_MS)
    while (!log.includes('starting data transfer loop')) {
      const [text] = await once(socat.stderr, 'data', { signal })
      log += String(text)
    }
    socat.stderr.resume()
  }

  /** Pulls the cable: socat is killed, both ends hang up. Settles when it is gone. */
  async unplug(): Promise<void> {
    const socat = this.#socat
    if (socat === undefined) return
    this.#socat = undefined
    const gone = once(socat, 'exit', { signal: AbortSignal.timeout(WAIT_MS) })
    socat.kill('SIGKILL')
    await gone
  }

  async remove(): Promise<void> {
    await this.unplug()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  openFar(): FarEnd {
    return new FarEnd(this.far)
  }
}

/** The far end, opened by Node alone. */
export class FarEnd {
  readonly #stream: ReadStream
  readonly #chunks: Buffer[] = []
  #length = 0

  constructor(path: string) {
    const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants
    const fd = openSync(path, O_RDWR | O_NOCTTY | O_NONBLOCK)
    this.#stream = new ReadStream(fd)
    // libuv has opened the terminal once more for itself.
    closeSync(fd)
    this.#stream.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.#length += chunk.length
      this.#stream.emit('collected')
    })
    this.#stream.on('error', () => {})
  }

  get receivedBytes(): number {
    return this.#length
  }

  get received(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  /** Settles when the terminal has taken the bytes. */
  write(bytes: Uint8Array | string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.write(bytes, (error) => (error ? reject(error) : resolve()))
    })
  }

  /** Sends back what comes, as a wire from TX to RX does. */
  echo(): void {
    this.#stream.pipe(this.#stream)
  }

  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    this.#stream.resume()
  }

  /** Waits until `length` bytes in all have arrived, and returns all of them. */
  async until(length: number, timeoutMs: number = WAIT_MS): Promise<Buffer> {
    const signal = AbortSignal.timeout(timeoutMs)
    while (this.#length < length) await once(this.#stream, 'collected', { signal })
    return this.received
  }

  /** Waits until the text has arrived. */
  async untilText(text: string, timeoutMs: number = WAIT_MS): Promise<void> {
    const signal = AbortSignal.timeout(timeoutMs)
    while (!this.received.includes(text)) await once(this.#stream, 'collected', { signal })
  }

  async close(): Promise<void> {
    if (this.#stream.closed) return
    const closed = once(this.#stream, 'close')
    this.#stream.destroy()
    await closed
  }
}
