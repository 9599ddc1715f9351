// Why a serial port does not do what it should: opens it as a bridge would, listens for a while,
// and says one line for each finding, with what to do about it. Opening resets no board, and
// nothing is sent.

import { readFile, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { Task } from '@motewire/sdk'
import type { Clock, MotewireError } from '@motewire/sdk'
import { listPorts } from '../port/list.ts'
import { SerialChannel } from '../port/serial-channel.ts'
import { describeSettings } from '../port/settings.ts'
import type { SerialSettings } from '../port/settings.ts'

export interface Finding {
  readonly isGood: boolean
  /** One line. */
  readonly text: string
}

export interface DiagnosisOptions {
  readonly settings?: SerialSettings
  /** How long the device is listened to. Default 2,000 ms. */
  readonly listenMs?: number
  readonly clock: Clock
}

/** What came from the device while it was listened to. */
interface Heard {
  readonly error: MotewireError | undefined
  readonly bytes: number
  /** Of these, what no text holds. */
  readonly strange: number
}

/** Beyond this share, what comes is hardly text. */
const STRANGE_SHARE = 0.2
/** Tab, line ends, escape. */
const TEXT_CONTROLS: readonly number[] = [0x09, 0x0a, 0x0d, 0x1b]

/**
 * @param path as for SerialChannel.
 * @throws UsageError when a setting can never work.
 */
export async function diagnosePort(path: string, options: DiagnosisOptions): Promise<Finding[]> {
  const { settings = {}, listenMs = 2_000, clock } = options
  const channel = new SerialChannel(path, settings)
  const { error, bytes, strange } = await listen(channel, listenMs, clock)
  if (error !== undefined) return [bad(`${error.message}; ${await remedyFor(error, path)}`)]
  const line = describeSettings(channel.settings)
  return [good(`${channel.name} can be opened at ${line}`), soundOf(bytes, strange, listenMs, line)]
}

/** What the bytes tell that came; `strange` of them were no text, at the line's settings. */
export function soundOf(bytes: number, strange: number, listenMs: number, line: string): Finding {
  if (bytes === 0) {
    return bad(
      `nothing came within ${listenMs} ms; a device that only answers is silent, else look ` +
        "whether it has power, whether its TX goes to this side's RX, and whether the grounds " +
        'are joined',
    )
  }
  const percent = Math.round((100 * strange) / bytes)
  if (strange <= STRANGE_SHARE * bytes) return good(`${bytes} bytes came, and look like text`)
  return bad(
    `${bytes} bytes came, ${percent} % of them no text; the device speaks binary, or ` +
      `not at ${line}: ` +
      'try 9600, 57600, 74880 (boot of an ESP8266) or 115200',
  )
}

function listen(channel: SerialChannel, listenMs: number, clock: Clock): Promise<Heard> {
  return new Promise((resolve) => {
    let bytes = 0
    let strange = 0
    const task = new Task(() => channel.close('abort'))
    channel.open({
      onOpen: () => clock.schedule(clock.now() + listenMs, task),
      onBytes: (more) => {
        bytes += more.length
        strange += countStrange(more)
      },
      onDrain: () => {},
      onClose: (error) => {
        clock.cancel(task)
        resolve({ error, bytes, strange })
      },
    })
  })
}

/** Counts control characters besides tab, line ends and escape, and what is not ASCII. */
export function countStrange(bytes: Uint8Array): number {
  let count = 0
  for (const byte of bytes) {
    if (byte > 0x7e || (byte < 0x20 && !TEXT_CONTROLS.includes(byte))) count++
  }
  return count
}

/** What to do about a port that cannot be opened. */
export async function remedyFor({ code }: MotewireError, path: string): Promise<string> {
  if (code === 'ERR_PORT_DENIED') {
    const group = await groupOf(path)
    const who = userInfo().username
    return `add the user to its group and log in again: sudo usermod -aG ${group} ${who}`
  }
  if (code === 'ERR_PORT_LOCKED') {
    return 'end that program, or, when it is a bridge: motewire serial lend PORT -- COMMAND'
  }
  if (code === 'ERR_PORT_ABSENT' || code === 'ERR_PORT_AMBIGUOUS') {
    const paths = (await listPorts()).map((port) => port.path)
    const there = paths.length === 0 ? 'no port is here' : `here are ${paths.join(', ')}`
    return `${there}; a cable may carry power only, a container may need --device`
  }
  if (code === 'ERR_PORT_INVALID') return 'motewire serial list shows the ports'
  return 'plug it in again, or look at what the kernel says: dmesg'
}

/** Name of the device's group; `dialout` where it cannot be told. */
async function groupOf(path: string): Promise<string> {
  const gid = (await stat(path).catch(() => undefined))?.gid
  const groups = await readFile('/etc/group', 'utf8').catch(() => '')
  const line = groups.split('\n').find((one) => one.split(':')[2] === String(gid))
  return line?.split(':')[0] ?? 'dialout'
}

function good(text: string): Finding {
  return { isGood: true, text }
}

function bad(text: string): Finding {
  return { isGood: false, text }
}
