// `motewire serial monitor`: a port on the terminal. What the device says goes to standard output,
// what is typed to the device, and what a person should know to standard error.

import {
  captureTap,
  BoundedFile,
  HexTap,
  PortMonitor,
  serialSource,
  TextTap,
  TraceTap,
} from '@motewire/hardware'
import type { BridgeNotice, MqttFraming, Tap } from '@motewire/hardware'
import { sharedClock } from '@motewire/sdk'
import { Exit, EXIT } from './exit.ts'
import { interrupted } from './interrupt.ts'
import { handleFailure } from './taps.ts'

export interface MonitorFlags {
  readonly baud: number
  readonly rtscts?: boolean
  readonly hex?: boolean
  readonly mqtt?: boolean
  readonly framing?: MqttFraming
  readonly timestamps?: boolean
  readonly enter: keyof typeof MONITOR_LINE_ENDS
  readonly log?: string
  readonly pcap?: string
}

/** What the Enter key sends. */
export const MONITOR_LINE_ENDS = { cr: '\r', lf: '\n', crlf: '\r\n' } as const

/** Ctrl-], as in telnet: the others are for the device. */
const ESCAPE_KEY = '\u001d'
const LOG_BYTES_MAX = 2 ** 30

export async function runMonitor(port: string, flags: MonitorFlags): Promise<void> {
  if (flags.hex === true && flags.mqtt === true) {
    throw new Exit(EXIT.usage, 'expected either --hex or --mqtt')
  }
  if (flags.framing !== undefined && flags.mqtt !== true) {
    throw new Exit(EXIT.usage, '--framing goes with --mqtt only')
  }
  const { baud, rtscts = false } = flags
  const source = serialSource(port, { baud, rtscts })
  const log = logOf(flags)
  const view = viewOf(flags, (bytes) => {
    process.stdout.write(bytes)
    log?.append(bytes)
  })
  let end: (failure?: Exit) => void = () => {}
  const ended = new Promise<Exit | undefined>((resolve) => (end = resolve))
  const monitor = new PortMonitor({
    port: source,
    taps: [view, ...captureOf(flags, source.name)],
    handleNotice: (notice) => {
      sayNotice(notice)
      if (notice.state === 'failed') end(new Exit(EXIT.usage, notice.message))
    },
    handleReady: () => keyboard.allow(),
  })
  const lineEnd = MONITOR_LINE_ENDS[flags.enter]
  const keyboard = new Keyboard(
    (bytes) => monitor.write(bytes),
    lineEnd,
    () => end(),
  )
  monitor.start()
  void interrupted().then(() => end())
  const failure = await ended
  keyboard.release()
  await monitor.stop()
  await log?.close()
  if (failure !== undefined) throw failure
}

function viewOf(
  { hex, mqtt, framing, timestamps }: MonitorFlags,
  show: (bytes: Uint8Array) => void,
): Tap {
  const clock = sharedClock()
  const writeLine = (time: string, text: string): void => show(Buffer.from(`${time} ${text}\n`))
  if (hex === true) return new HexTap(writeLine, clock)
  if (mqtt === true) return new TraceTap(writeLine, clock, framing)
  // The bytes are borrowed, and both the terminal and the log keep them.
  const showCopy = (bytes: Uint8Array): void => show(bytes.slice())
  return new TextTap(showCopy, timestamps === true ? clock : undefined)
}

function captureOf({ pcap, mqtt, framing = 'raw' }: MonitorFlags, name: string): Tap[] {
  if (pcap === undefined) return []
  const form = mqtt === true ? framing : 'serial'
  return [captureTap({ path: pcap, name, form, clock: sharedClock(), handleFailure })]
}

function logOf({ log }: MonitorFlags): BoundedFile | undefined {
  if (log === undefined) return undefined
  return new BoundedFile(log, { bytesMax: LOG_BYTES_MAX, handleFailure })
}

/**
 * What is typed, or piped in. A pipe waits for the port; a person cannot be held up, and must be
 * able to leave: what the port does not take is dropped.
 */
class Keyboard {
  readonly #send: (bytes: Uint8Array) => boolean
  readonly #isTerminal = process.stdin.isTTY
  #isAllowed = false

  /** @param send false: no more until `allow`. */
  constructor(send: (bytes: Uint8Array) => boolean, lineEnd: string, leave: () => void) {
    this.#send = send
    const { stdin } = process
    if (!this.#isTerminal) {
      stdin.on('data', (bytes: Buffer) => this.#type(bytes)).pause()
      return
    }
    stdin.setRawMode(true)
    process.stderr.write('Ctrl-] ends\n')
    stdin.on('data', (chunk: Buffer) => {
      // Bytes, whatever they mean: one character each.
      const [keys = '', ...rest] = chunk.toString('latin1').split(ESCAPE_KEY)
      if (keys !== '') this.#type(Buffer.from(keys.replaceAll('\r', lineEnd), 'latin1'))
      if (rest.length > 0) leave()
    })
  }

  allow(): void {
    this.#isAllowed = true
    if (!this.#isTerminal) process.stdin.resume()
  }

  release(): void {
    if (this.#isTerminal) process.stdin.setRawMode(false)
    process.stdin.pause()
  }

  #type(bytes: Uint8Array): void {
    if (!this.#isAllowed) return
    this.#isAllowed = this.#send(bytes)
    if (!this.#isAllowed && !this.#isTerminal) process.stdin.pause()
  }
}

function sayNotice({ message }: BridgeNotice): void {
  process.stderr.write(`${message}\n`)
}
