// The wire form of Telnet (RFC 854, 855): data with commands between, told apart by IAC. Pure and
// streaming: any chunking gives the same calls. Data is handed on as borrowed slices, so that the
// usual chunk, without any IAC, costs one search. The option's meaning is not known here.

const IAC = 255
const DONT = 254
const DO = 253
const WONT = 252
const WILL = 251
const SB = 250
const BRK = 243
const SE = 240

export type TelnetVerb = 'do' | 'dont' | 'will' | 'wont'

const VERBS: Readonly<Record<TelnetVerb, number>> = { do: DO, dont: DONT, will: WILL, wont: WONT }
const VERB_NAMES = new Map(Object.entries(VERBS).map(([name, code]) => [code, name as TelnetVerb]))

/** A longer one is cut: those of RFC 2217 are short, save for signatures. */
const SUBNEGOTIATION_BYTES_MAX = 256

export interface TelnetHandler {
  /** Borrowed: valid during the call only. */
  handleData(bytes: Uint8Array): void
  handleOption(verb: TelnetVerb, option: number): void
  handleSubnegotiation(option: number, bytes: Uint8Array): void
  handleBreak(): void
}

/** Data ready to be sent: the same bytes when none of them is IAC, else a copy. */
export function escapeTelnet(bytes: Uint8Array): Uint8Array {
  const first = bytes.indexOf(IAC)
  if (first < 0) return bytes
  const escaped = new Uint8Array(2 * bytes.length)
  let end = 0
  for (let start = 0, at = first; ; at = bytes.indexOf(IAC, start)) {
    const stop = at < 0 ? bytes.length : at + 1
    escaped.set(bytes.subarray(start, stop), end)
    end += stop - start
    if (at < 0) return escaped.subarray(0, end)
    escaped[end++] = IAC
    start = stop
  }
}

export function encodeOption(verb: TelnetVerb, option: number): Uint8Array {
  return Uint8Array.of(IAC, VERBS[verb], option)
}

export function encodeSubnegotiation(option: number, bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(IAC, SB, option, ...escapeTelnet(bytes), IAC, SE)
}

type DecoderState = 'data' | 'command' | 'option' | 'sub' | 'sub-command'

export class TelnetDecoder {
  readonly #handler: TelnetHandler
  readonly #sub = new Uint8Array(SUBNEGOTIATION_BYTES_MAX)
  #state: DecoderState = 'data'
  #verb: TelnetVerb = 'do'
  #subLength = 0

  constructor(handler: TelnetHandler) {
    this.#handler = handler
  }

  handleBytes(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length) {
      if (this.#state !== 'data') this.#step(bytes[at++]!)
      else {
        const found = bytes.indexOf(IAC, at)
        const end = found < 0 ? bytes.length : found
        if (end > at) this.#handler.handleData(bytes.subarray(at, end))
        if (found >= 0) this.#state = 'command'
        at = end + 1
      }
    }
  }

  #step(byte: number): void {
    switch (this.#state) {
      case 'command':
        this.#command(byte)
        break
      case 'option':
        this.#state = 'data'
        this.#handler.handleOption(this.#verb, byte)
        break
      case 'sub':
        if (byte === IAC) this.#state = 'sub-command'
        else this.#keep(byte)
        break
      default:
        this.#subCommand(byte)
    }
  }

  #command(byte: number): void {
    this.#state = 'data'
    const verb = VERB_NAMES.get(byte)
    if (verb !== undefined) {
      this.#verb = verb
      this.#state = 'option'
    } else if (byte === SB) {
      this.#subLength = 0
      this.#state = 'sub'
    } else if (byte === IAC) this.#handler.handleData(Uint8Array.of(IAC))
    else if (byte === BRK) this.#handler.handleBreak()
  }

  #subCommand(byte: number): void {
    if (byte === IAC) {
      this.#keep(IAC)
      this.#state = 'sub'
      return
    }
    this.#state = 'data'
    // Anything but SE breaks the negotiation off.
    if (byte !== SE || this.#subLength === 0) return
    const [option = 0, ...content] = this.#sub.subarray(0, this.#subLength)
    this.#handler.handleSubnegotiation(option, Uint8Array.from(content))
  }

  #keep(byte: number): void {
    if (this.#subLength < SUBNEGOTIATION_BYTES_MAX) this.#sub[this.#subLength++] = byte
  }
}
