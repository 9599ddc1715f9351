// A byte channel over another one that speaks Telnet: data goes through, what stands between goes
// to the subclass. It keeps the contract of channels although both sides write: control bytes and
// data take turns, and while the channel below is full each waits, bounded. Options are agreed on
// here: binary both ways, no go-ahead, and the one of RFC 2217.

import { LinkError } from '@motewire/sdk'
import type { ByteChannel, ChannelHandler } from '@motewire/sdk'
import { BINARY, COM_PORT, SUPPRESS_GO_AHEAD } from './com-port.ts'
import { encodeOption, escapeTelnet, TelnetDecoder } from './telnet.ts'
import type { TelnetHandler, TelnetVerb } from './telnet.ts'

/** Answers that wait while the peer does not read; one that asks for more is cut off. */
const CONTROL_BYTES_MAX = 4_096
const OPTIONS = new Set([BINARY, SUPPRESS_GO_AHEAD, COM_PORT])

export abstract class TelnetChannel implements ByteChannel, TelnetHandler {
  readonly #below: ByteChannel
  readonly #decoder: TelnetDecoder
  /** What we have said, or agreed to, about each option: `will 44`, `do 0`. */
  readonly #said = new Set<string>()
  #handler: ChannelHandler | undefined
  #isOpen = false
  #isBlocked = false
  #isSuspended = false
  #control: Uint8Array[] = []
  #controlBytes = 0
  /** Data that the user has handed over and the channel below has not. */
  #held: Uint8Array | undefined
  #isUserWaiting = false
  #cause: LinkError | undefined

  constructor(below: ByteChannel) {
    this.#below = below
    this.#decoder = new TelnetDecoder(this)
  }

  get name(): string {
    return this.#below.name
  }

  open(handler: ChannelHandler): void {
    this.#handler = handler
    this.#below.open({
      onOpen: () => this.handleBelowOpen(),
      onBytes: (bytes) => {
        this.#decoder.handleBytes(bytes)
        this.handleChunkEnd()
      },
      onDrain: () => this.#handleDrain(),
      onClose: (cause) => {
        this.#isOpen = false
        this.handleBelowClose()
        this.#handler?.onClose(this.#cause ?? cause)
      },
    })
  }

  write(bytes: Uint8Array): boolean {
    if (!this.#isOpen) return true
    const escaped = escapeTelnet(bytes)
    if (this.#isBlocked || this.#isSuspended) this.#held = escaped
    else if (this.#below.write(escaped)) return true
    else this.#isBlocked = true
    this.#isUserWaiting = true
    return false
  }

  pause(): void {
    this.#below.pause()
  }

  resume(): void {
    this.#below.resume()
  }

  close(how: 'flush' | 'abort' = 'flush'): void {
    this.#below.close(how)
  }

  handleData(bytes: Uint8Array): void {
    if (this.#isOpen) this.#handler?.onBytes(bytes)
  }

  handleOption(verb: TelnetVerb, option: number): void {
    const answer = verb === 'do' || verb === 'dont' ? 'will' : 'do'
    const agreement = `${answer} ${option}`
    const isAsked = verb === 'do' || verb === 'will'
    if (isAsked && OPTIONS.has(option)) this.offer(answer, option)
    else if (isAsked || this.#said.delete(agreement)) {
      this.sendControl(encodeOption(answer === 'will' ? 'wont' : 'dont', option))
    }
    if (option === COM_PORT) this.handleComPort(isAsked)
  }

  handleSubnegotiation(option: number, bytes: Uint8Array): void {
    const [command, ...values] = bytes
    if (option !== COM_PORT || command === undefined) return
    this.handleCommand(command, Uint8Array.from(values))
  }

  abstract handleBreak(): void
  /** The channel below is open; `begin` makes this one so. */
  protected abstract handleBelowOpen(): void
  protected abstract handleBelowClose(): void
  /** The peer speaks RFC 2217, or does not. May come more than once. */
  protected abstract handleComPort(isSpoken: boolean): void
  protected abstract handleCommand(command: number, values: Uint8Array): void
  /** All of a chunk has been seen. */
  protected handleChunkEnd(): void {}

  protected begin(): void {
    this.#isOpen = true
    this.#handler?.onOpen()
  }

  /** Ends the connection because the peer does not do what it must. */
  protected fail(cause: LinkError): void {
    this.#cause = cause
    this.#below.close('abort')
  }

  /** Says `will` or `do` once; an answer to our own offer needs none. */
  protected offer(verb: 'will' | 'do', option: number): void {
    const agreement = `${verb} ${option}`
    if (this.#said.has(agreement)) return
    this.#said.add(agreement)
    this.sendControl(encodeOption(verb, option))
  }

  protected sendControl(bytes: Uint8Array): void {
    if (!this.#isBlocked) {
      this.#isBlocked = !this.#below.write(bytes)
      return
    }
    this.#control.push(bytes)
    this.#controlBytes += bytes.length
    if (this.#controlBytes <= CONTROL_BYTES_MAX) return
    this.fail(new LinkError('ERR_LINK_LOST', `${this.name} asks but does not read the answers`))
  }

  /** The peer takes no data for now, or takes it again. */
  protected suspend(isSuspended: boolean): void {
    this.#isSuspended = isSuspended
    if (!this.#isBlocked) this.#handleDrain()
  }

  #handleDrain(): void {
    this.#isBlocked = false
    if (this.#control.length > 0) {
      const answers = Buffer.concat(this.#control)
      this.#control = []
      this.#controlBytes = 0
      this.#isBlocked = !this.#below.write(answers)
    }
    if (this.#isBlocked || this.#isSuspended) return
    const held = this.#held
    this.#held = undefined
    if (held !== undefined) this.#isBlocked = !this.#below.write(held)
    if (this.#isBlocked || !this.#isUserWaiting) return
    this.#isUserWaiting = false
    this.#handler?.onDrain()
  }
}
