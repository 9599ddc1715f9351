// A serial port as a byte channel. Opening is: look what the path is, open it for the bytes, see
// that nobody has locked it, then let the binding set the line and take the lock. The descriptor
// with the lock and the one that moves bytes are two, so that neither library disturbs the other.
// Knows nothing of reopening: a lost port is a closed channel, and the next try is a new one.

import { close, constants, fstat, open } from 'node:fs'
import { stat } from 'node:fs/promises'
import { isatty } from 'node:tty'
import { promisify } from 'node:util'
import type { ByteChannel, ChannelHandler } from '@motewire/sdk'
import { BindingPlane } from './binding-plane.ts'
import { keepLinesAtClose, nativeBinding, openBinding, watchHangup } from './binding.ts'
import type { Binding, BindingPort } from './binding.ts'
import type { DataPlane } from './data-plane.ts'
import { findPort, parseIdentity } from './identity.ts'
import type { PortIdentity } from './identity.ts'
import { PortLineControl } from './line-control.ts'
import type { LineControl } from './line-control.ts'
import { listPorts } from './list.ts'
import { findLockHolder } from './lock-holder.ts'
import { openError, PortError } from './port-error.ts'
import { resolveSettings } from './settings.ts'
import type { ResolvedSettings, SerialSettings } from './settings.ts'
import { TtyPlane } from './tty-plane.ts'

const openFile = promisify(open)
const closeFile = promisify(close)
const statFile = promisify(fstat)

/** Reads and writes, does not become our controlling terminal, never waits for a carrier. */
const OPEN_FLAGS = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK

/** The parts of the platform; tests replace them. */
export interface SerialPlatform {
  readonly binding: () => Promise<Binding>
  /** Whether node:tty can move the bytes. */
  readonly hasTty: boolean
  readonly list?: typeof listPorts
}

const PLATFORM: SerialPlatform = {
  binding: nativeBinding,
  hasTty: process.platform !== 'win32',
}

type ChannelState = 'new' | 'opening' | 'open' | 'closing' | 'closed'

export class SerialChannel implements ByteChannel {
  readonly name: string
  readonly settings: ResolvedSettings
  readonly #identity: PortIdentity | undefined
  /** Of the newest look for the device. */
  #path: string
  readonly #platform: SerialPlatform
  #state: ChannelState = 'new'
  #handler: ChannelHandler | undefined
  #port: BindingPort | undefined
  #plane: DataPlane | undefined
  #control: PortLineControl | undefined
  #isBlocked = false
  #isPaused = false
  /** Whether closing was asked for with `flush` while a write was under way. */
  #isFlushing = false

  /**
   * @param path a device, or a link to one: `/dev/ttyUSB0`, `/dev/serial/by-id/...`, `COM3`; or an
   * identity as in identity.ts, looked for at the open: `usb:2341:0043`, `serial:75430303`.
   * @throws UsageError when a setting can never work.
   */
  constructor(path: string, settings: SerialSettings = {}, platform: SerialPlatform = PLATFORM) {
    this.name = `serial ${path}`
    this.settings = resolveSettings(settings)
    this.#path = path
    this.#identity = parseIdentity(path)
    this.#platform = platform
  }

  /** Drives the line while the port is open; undefined otherwise. */
  get control(): LineControl | undefined {
    return this.#control
  }

  /** Bytes of the last write that the driver has not taken; undefined where it does not tell. */
  get pendingBytes(): number | undefined {
    return this.#plane?.pendingBytes
  }

  /**
   * Opens the device. A failure arrives as `onClose` with a PortError: `ERR_PORT_ABSENT`,
   * `_DENIED`, `_LOCKED`, `_INVALID`, or `_LOST` when the system gave another reason.
   */
  open(handler: ChannelHandler): void {
    this.#state = 'opening'
    this.#handler = handler
    this.#acquire().then(
      (plane) => this.#handleAcquired(plane),
      (error: unknown) => {
        const isWanted = this.#state === 'opening'
        void this.#release(isWanted ? openError(this.name, error) : undefined)
      },
    )
  }

  write(bytes: Uint8Array): boolean {
    if (this.#state !== 'open' || this.#plane === undefined) return true
    this.#isBlocked = !this.#plane.write(bytes)
    return !this.#isBlocked
  }

  pause(): void {
    this.#isPaused = true
    this.#plane?.pause()
  }

  resume(): void {
    this.#isPaused = false
    this.#plane?.resume()
  }

  close(how: 'flush' | 'abort' = 'flush'): void {
    if (this.#state === 'opening') this.#state = 'closing'
    else if (this.#state === 'open' || this.#isFlushing) {
      this.#state = 'closing'
      this.#isFlushing = how === 'flush' && this.#isBlocked
      if (!this.#isFlushing) void this.#release(undefined, how === 'abort')
    }
  }

  async #acquire(): Promise<DataPlane> {
    if (this.#identity !== undefined) {
      const { list = listPorts } = this.#platform
      this.#path = findPort(this.#identity, await list()).path
    }
    if (!this.#platform.hasTty) {
      this.#port = await this.#openPort()
      await this.#resetBoard()
      return new BindingPlane(this.#port)
    }
    // Other kinds of files must not be opened at all: opening may already mean something to them.
    const kind = await stat(this.#path)
    if (!kind.isCharacterDevice()) throw this.#notSerial()
    const fd = await openFile(this.#path, OPEN_FLAGS)
    try {
      if (!isatty(fd)) throw this.#notSerial()
      const holder = await findLockHolder(await statFile(fd))
      if (holder !== undefined) throw this.#lockedBy(holder)
      await keepLinesAtClose(fd)
      this.#port = await this.#openPort()
      await this.#resetBoard()
      return new TtyPlane(fd)
    } catch (error) {
      await closeFile(fd)
      throw error
    }
  }

  async #openPort(): Promise<BindingPort> {
    const port = await openBinding(await this.#platform.binding(), this.#path, this.settings)
    this.#control = new PortLineControl(this.#path, port, this.settings)
    return port
  }

  async #resetBoard(): Promise<void> {
    const { board, resetAtOpen } = this.settings
    if (resetAtOpen) await this.#control?.reset(board)
  }

  #handleAcquired(plane: DataPlane): void {
    this.#plane = plane
    if (this.#state === 'closing') {
      void this.#release(undefined)
      return
    }
    this.#state = 'open'
    watchHangup(this.#port!, () => this.#handleHangup(undefined))
    if (this.#isPaused) plane.pause()
    plane.start({
      handleBytes: (bytes) => {
        if (this.#state === 'open') this.#handler?.onBytes(bytes)
      },
      handleDrain: () => this.#handleDrain(),
      handleHangup: (cause) => this.#handleHangup(cause),
    })
    this.#handler?.onOpen()
  }

  #handleDrain(): void {
    this.#isBlocked = false
    if (this.#isFlushing) void this.#release(undefined)
    else if (this.#state === 'open') this.#handler?.onDrain()
  }

  #handleHangup(cause: Error | undefined): void {
    if (this.#state !== 'open' && !this.#isFlushing) return
    const what = cause === undefined ? 'hung up' : `was lost: ${cause.message}`
    const error = new PortError('ERR_PORT_LOST', `${this.name} ${what}`, cause)
    void this.#release(this.#state === 'open' ? error : undefined)
  }

  /**
   * Gives everything back and reports the end, once. The descriptor of the bytes goes first: the
   * last close of a terminal may wait for unsent bytes, and the binding closes on another thread.
   */
  async #release(cause: PortError | undefined, isAborted = false): Promise<void> {
    this.#state = 'closing'
    this.#isFlushing = false
    const port = this.#port
    this.#port = undefined
    this.#control = undefined
    await this.#plane?.close()
    // What the device does not take would hold the close for up to half a minute.
    if (isAborted) await port?.flush().catch(() => undefined)
    await port?.close().catch(() => undefined)
    this.#state = 'closed'
    const handler = this.#handler
    this.#handler = undefined
    handler?.onClose(cause)
  }

  #notSerial(): PortError {
    return new PortError('ERR_PORT_INVALID', `${this.name} is not a serial port`)
  }

  #lockedBy({ pid, program }: { pid: number; program: string | undefined }): PortError {
    const who = program === undefined ? `process ${pid}` : `process ${pid} (${program})`
    return new PortError('ERR_PORT_LOCKED', `${this.name} is locked by ${who}`)
  }
}
