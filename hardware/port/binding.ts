// The one door to the serialport package: opens a device, sets the line, takes the lock and drives
// DTR and RTS. It does not move bytes on Linux and macOS; tty-plane.ts does. The package is loaded
// at the first open, so that programs which open no port never load its native code.

import { spawn } from 'node:child_process'
import type { EventEmitter } from 'node:events'
import { PortError } from './port-error.ts'
import type { ResolvedSettings } from './settings.ts'

/** The part of serialport's binding that this package uses; tests bring their own. */
export interface BindingPort {
  /** Watches the descriptor; only where serialport polls. */
  readonly poller?: Pick<EventEmitter, 'once'>
  read(buffer: Buffer, offset: number, length: number): Promise<{ readonly bytesRead: number }>
  write(buffer: Buffer): Promise<void>
  set(lines: { readonly dtr: boolean; readonly rts: boolean; brk?: boolean }): Promise<void>
  /** The lines that the other side drives. */
  get(): Promise<{ readonly cts: boolean; readonly dsr: boolean; readonly dcd: boolean }>
  update(options: { readonly baudRate: number }): Promise<void>
  /** Throws away what the driver has not sent and not handed out. */
  flush(): Promise<void>
  close(): Promise<void>
}

export interface BindingOpenOptions {
  readonly path: string
  readonly baudRate: number
  readonly dataBits: 5 | 6 | 7 | 8
  readonly parity: 'none' | 'even' | 'odd'
  readonly stopBits: 1 | 2
  readonly rtscts: boolean
  readonly hupcl: boolean
  readonly lock: boolean
}

export interface Binding {
  open(options: BindingOpenOptions): Promise<BindingPort>
}

/** serialport's binding for this platform. */
export async function nativeBinding(): Promise<Binding> {
  const { SerialPort } = await import('serialport')
  return SerialPort.binding
}

/** Opens the device and sets the line as asked. Rejects with a PortError. */
export async function openBinding(
  binding: Binding,
  path: string,
  settings: ResolvedSettings,
): Promise<BindingPort> {
  const { baud, dataBits, parity, stopBits, rtscts } = settings
  const frame = { dataBits, parity, stopBits, rtscts }
  const options = { ...frame, path, baudRate: baud, hupcl: false, lock: true }
  const port = await binding.open(options).catch((error: Error) => {
    throw bindingError(`serial ${path}`, error)
  })
  await driveLines(port, settings)
  return port
}

/**
 * serialport's errors are texts without a code; the ones that Windows words itself are included.
 */
function bindingError(name: string, error: Error): PortError {
  const { message } = error
  const is = (pattern: RegExp): boolean => pattern.test(message)
  if (is(/cannot lock port|resource busy/i)) {
    return new PortError('ERR_PORT_LOCKED', `${name} is locked by another program`, error)
  }
  if (is(/permission denied|access denied/i)) {
    return new PortError('ERR_PORT_DENIED', `${name} may not be opened: permission denied`, error)
  }
  if (is(/no such (file|device)|file not found/i)) {
    return new PortError('ERR_PORT_ABSENT', `${name} does not exist`, error)
  }
  if (is(/inappropriate ioctl|baud|invalid/i)) {
    const reason = message.replace(/^Error:? */, '')
    return new PortError(
      'ERR_PORT_INVALID',
      `${name} does not take these settings: ${reason}`,
      error,
    )
  }
  return new PortError('ERR_PORT_LOST', `${name} could not be opened: ${message}`, error)
}

/**
 * Without HUPCL the kernel leaves DTR alone when the port is closed, and the board is not reset by
 * the next open. serialport's `hupcl: false` does not clear the flag where it is set already, which
 * is the default of Linux, so stty clears it. Without stty the flag stays; that is no failure.
 */
export async function keepLinesAtClose(fd: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const stty = spawn('stty', ['-hupcl'], { stdio: [fd, 'ignore', 'ignore'] })
    stty.once('error', () => resolve())
    stty.once('exit', () => resolve())
  }).catch(() => undefined)
}

/**
 * Both lines change in one step. A port without modem lines (ENOTTY, as a pty) is not a failure.
 */
async function driveLines(port: BindingPort, settings: ResolvedSettings): Promise<void> {
  if (settings.lines === 'keep') return
  const isOn = settings.lines === 'assert'
  // With hardware flow control the driver owns RTS.
  await port.set({ dtr: isOn, rts: isOn || settings.rtscts }).catch(() => undefined)
}

/**
 * Calls back when the device hangs up, whether or not anybody reads. Only Linux tells at any time;
 * elsewhere a hang-up is seen by reading or writing.
 */
export function watchHangup(port: BindingPort, handleHangup: () => void): void {
  if (process.platform !== 'linux') return
  port.poller?.once('disconnect', (error: (Error & { canceled?: boolean }) | null) => {
    if (error?.canceled !== true) handleHangup()
  })
}
