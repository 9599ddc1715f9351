// Why a serial port does not do what it should: looks who else has it, opens it as a bridge would,
// listens for a while, and says one line for each finding, with what to do about it. Opening resets
// no board, and nothing is sent.

import { readFile, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { basename } from 'node:path'
import { Task } from '@motewire/sdk'
import type { Clock, MotewireError } from '@motewire/sdk'
import { devicePath } from '../port/device-path.ts'
import { NO_MODEM_LINES } from '../port/line-control.ts'
import { listPorts } from '../port/list.ts'
import { SerialChannel } from '../port/serial-channel.ts'
import { describeSettings } from '../port/settings.ts'
import type { SerialSettings } from '../port/settings.ts'
import { findIntruders } from './intruders.ts'
import type { ProcessFolders } from './intruders.ts'

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
  /** Where to look for other programs. Default: where Linux has them. */
  readonly folders?: ProcessFolders
}

/** What came from the device while it was listened to. */
interface Heard {
  readonly error: MotewireError | undefined
  readonly bytes: number
  /** Of these, what no text holds. */
  readonly strange: number
  /** Clear To Send, as it was read now and then; none where there are no modem lines. */
  readonly cts: readonly boolean[]
}

/** Between two looks at Clear To Send. */
const LOOK_MS = 50

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
  const others = await othersOf(path, options.folders)
  const { error, bytes, strange, cts } = await listen(channel, listenMs, clock)
  if (error !== undefined) {
    return [bad(`${error.message}; ${await remedyFor(error, path)}`), ...others]
  }
  const line = describeSettings(channel.settings)
  const { rtscts, lines } = channel.settings
  return [
    good(`${channel.name} can be opened at ${line}`),
    ...others,
    ...flowOf(cts, { rtscts, isRtsOn: lines !== 'release', hasHeard: bytes > 0 }),
    soundOf(bytes, strange, listenMs, line),
  ]
}

/** Who else has the port open, or will. */
async function othersOf(path: string, folders?: ProcessFolders): Promise<Finding[]> {
  const device = await devicePath(path)
  if (device === undefined) return []
  const { users, isProbedByModemManager } = await findIntruders(device, folders)
  const modem = users.find(({ program }) => program === 'ModemManager')
  const rule = await ignoringRule(device)
  const others = users.filter((user) => user !== modem)
  return [
    ...(modem === undefined
      ? []
      : [bad(`ModemManager (process ${modem.pid}) has it open and sends it AT commands; ${rule}`)]),
    ...(modem === undefined && isProbedByModemManager
      ? [bad(`ModemManager may open it when it is plugged in, and send it AT commands; ${rule}`)]
      : []),
    ...others.map(({ pid, program }) =>
      bad(
        `${program} (process ${pid}) has it open too; each gets some of the bytes: end one of them`,
      ),
    ),
  ]
}

/** How to keep ModemManager away from a device. */
async function ignoringRule(device: string): Promise<string> {
  const port = (await listPorts()).find(({ path }) => path === device)
  const ids =
    port?.vendorId === undefined
      ? `KERNEL=="${basename(device)}"`
      : `ATTRS{idVendor}=="${port.vendorId}", ATTRS{idProduct}=="${port.productId}"`
  return `a udev rule keeps it away: SUBSYSTEM=="tty", ${ids}, ENV{ID_MM_DEVICE_IGNORE}="1"`
}

/**
 * What Clear To Send tells of flow control: the device's line to us, which a device without flow
 * control leaves off.
 * @param cts as it was read now and then.
 */
export function flowOf(
  cts: readonly boolean[],
  line: { readonly rtscts: boolean; readonly isRtsOn: boolean; readonly hasHeard: boolean },
): Finding[] {
  if (cts.length === 0) return []
  const isOn = cts.includes(true)
  const changes = isOn && cts.includes(false)
  if (line.rtscts && !isOn) {
    return [
      bad(
        'flow control is on (rtscts), but CTS is off: nothing can be sent to the device; leave ' +
          'rtscts out, or join its RTS to CTS of this side',
      ),
    ]
  }
  if (line.rtscts) return [good('flow control is on (rtscts), and the device drives CTS')]
  if (changes) {
    return [bad('CTS goes on and off: the device uses flow control, so rtscts should be on')]
  }
  if (isOn && !line.isRtsOn && !line.hasHeard) {
    return [bad('RTS is off (lines: release), and the device may wait for it: try lines: assert')]
  }
  return []
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
    let endMs = Infinity
    const cts: boolean[] = []
    const look = async (): Promise<void> => {
      const status = await channel.control?.readStatus()
      if (status !== undefined && status !== NO_MODEM_LINES) cts.push(status.cts)
    }
    const task = new Task((now) => {
      if (now >= endMs) channel.close('abort')
      else {
        void look()
        clock.schedule(Math.min(endMs, now + LOOK_MS), task)
      }
    })
    channel.open({
      onOpen: () => {
        endMs = clock.now() + listenMs
        clock.schedule(clock.now(), task)
      },
      onBytes: (more) => {
        bytes += more.length
        strange += countStrange(more)
      },
      onDrain: () => {},
      onClose: (error) => {
        clock.cancel(task)
        resolve({ error, bytes, strange, cts })
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
