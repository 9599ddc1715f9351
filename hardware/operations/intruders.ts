// Who else has a port open. ModemManager above all, which opens whatever may be a modem and sends
// it AT commands; but any program that reads a port takes bytes away from the others. Read from
// /proc and from what udev knows, on Linux; elsewhere, and where it may not be read, nobody is
// found. Changes nothing.

import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { deviceNumber } from '../port/device-path.ts'

/** Where Linux keeps what is read here; tests bring their own. */
export interface ProcessFolders {
  readonly proc: string
  /** What udev knows of each device. */
  readonly udev: string
}

export interface PortUser {
  readonly pid: number
  readonly program: string
}

export interface Intruders {
  /** Other programs that have the device open. */
  readonly users: readonly PortUser[]
  /** ModemManager runs, and may open it at any time. */
  readonly isProbedByModemManager: boolean
}

const FOLDERS: ProcessFolders = { proc: '/proc', udev: '/run/udev/data' }
const MODEM_MANAGER = 'ModemManager'
/** A program with more files open is a server, and looking at them would take seconds. */
const FILES_MAX = 1_024

/** @param path of the device itself, links followed. */
export async function findIntruders(
  path: string,
  folders: ProcessFolders = FOLDERS,
): Promise<Intruders> {
  const names = await readdir(folders.proc).catch(() => [])
  const pids = names.filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
  const seen = await Promise.all(pids.map((pid) => lookAt(join(folders.proc, pid), path)))
  const running = pids.map((pid, index) => ({ pid: Number(pid), ...seen[index]! }))
  const isRunning = running.some(({ program }) => program === MODEM_MANAGER)
  return {
    users: running.filter(({ hasOpen }) => hasOpen).map(({ pid, program }) => ({ pid, program })),
    isProbedByModemManager: isRunning && (await isCandidate(path, folders.udev)),
  }
}

async function lookAt(
  folder: string,
  path: string,
): Promise<{ readonly program: string; readonly hasOpen: boolean }> {
  const program = (await readFile(join(folder, 'comm'), 'utf8').catch(() => '')).trim()
  const files = await readdir(join(folder, 'fd')).catch(() => [])
  if (files.length > FILES_MAX) return { program, hasOpen: false }
  const links = files.map((file) => readlink(join(folder, 'fd', file)).catch(() => ''))
  return { program, hasOpen: (await Promise.all(links)).includes(path) }
}

/** Whether ModemManager takes the device for a modem, and was not told to leave it alone. */
async function isCandidate(path: string, udev: string): Promise<boolean> {
  const device = await stat(path).catch(() => undefined)
  if (device === undefined) return false
  const { major, minor } = deviceNumber(device.rdev)
  const known = await readFile(join(udev, `c${major}:${minor}`), 'utf8').catch(() => '')
  const properties = known.split('\n')
  const isIgnored = properties.some((line) => /^E:ID_MM_(DEVICE|PORT)_IGNORE=1$/.test(line))
  return !isIgnored && properties.includes('E:ID_MM_CANDIDATE=1')
}
