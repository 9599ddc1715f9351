// Which serial ports this machine has. On Linux straight from sysfs, so that it needs no udevadm
// and works in containers: a port is a terminal with a device behind it. Elsewhere serialport is
// asked. Reading is best effort: what cannot be read is undefined, and no ports is an empty list.

import { access, readdir, readFile, readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

export interface PortInfo {
  /** `ttyUSB0`. */
  readonly name: string
  /** What to open: `/dev/ttyUSB0`. */
  readonly path: string
  /** USB ids, four hexadecimal digits. */
  readonly vendorId: string | undefined
  readonly productId: string | undefined
  readonly serialNumber: string | undefined
  readonly manufacturer: string | undefined
  readonly product: string | undefined
  /** A path that stays with the device whatever its number: `/dev/serial/by-id/...`. */
  readonly byId: string | undefined
}

/** Where Linux keeps what is read here; tests bring their own. */
export interface SystemFolders {
  readonly sys: string
  readonly dev: string
}

/** A USB device has a chain of interfaces and hubs above its port; the ids are a few levels up. */
const LEVELS_MAX = 8

/** The serial ports that can be opened here, by name. */
export async function listPorts(
  folders: SystemFolders = { sys: '/sys', dev: '/dev' },
): Promise<PortInfo[]> {
  return process.platform === 'linux' ? listFromSysfs(folders) : listFromBinding()
}

async function listFromSysfs({ sys, dev }: SystemFolders): Promise<PortInfo[]> {
  const names = await readdir(join(sys, 'class/tty')).catch(() => [])
  const links = await readStableLinks(join(dev, 'serial/by-id'))
  const ports = await Promise.all(names.map((name) => readPort(name, sys, dev, links)))
  const byNumber = new Intl.Collator('en', { numeric: true })
  return ports
    .filter((port) => port !== undefined)
    .toSorted((one, other) => byNumber.compare(one.name, other.name))
}

async function readPort(
  name: string,
  sys: string,
  dev: string,
  links: ReadonlyMap<string, string>,
): Promise<PortInfo | undefined> {
  const folder = join(sys, 'class/tty', name)
  const path = join(dev, name)
  const device = await realpath(join(folder, 'device')).catch(() => undefined)
  // Consoles and pseudo-terminals have no device; in a container, some devices have no node.
  if (device === undefined || !(await exists(path))) return undefined
  // The kernel keeps nodes for UARTs that the board may have; type 0 is one that it has not.
  if ((await readText(join(folder, 'type'))) === '0') return undefined
  const usb = await findUsbDevice(device)
  const read = (file: string): Promise<string | undefined> =>
    usb === undefined ? Promise.resolve(undefined) : readText(join(usb, file))
  return {
    name,
    path,
    vendorId: await read('idVendor'),
    productId: await read('idProduct'),
    serialNumber: await read('serial'),
    manufacturer: await read('manufacturer'),
    product: await read('product'),
    byId: links.get(name),
  }
}

/** The folder of the USB device that a port belongs to. */
async function findUsbDevice(device: string): Promise<string | undefined> {
  let folder = device
  for (let level = 0; level < LEVELS_MAX; level++, folder = dirname(folder)) {
    if (await exists(join(folder, 'idVendor'))) return folder
  }
  return undefined
}

/** udev's links by the name of the port that each one leads to. */
async function readStableLinks(folder: string): Promise<ReadonlyMap<string, string>> {
  const links = new Map<string, string>()
  for (const entry of await readdir(folder).catch(() => [])) {
    const link = join(folder, entry)
    const target = await readlink(link).catch(() => undefined)
    if (target !== undefined) links.set(basename(target), link)
  }
  return links
}

async function listFromBinding(): Promise<PortInfo[]> {
  const { SerialPort } = await import('serialport')
  const ports = await SerialPort.list()
  return ports.map(({ path, vendorId, productId, serialNumber, manufacturer }) => ({
    name: basename(path),
    path,
    vendorId,
    productId,
    serialNumber,
    manufacturer,
    product: undefined,
    byId: undefined,
  }))
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

async function readText(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.trim() === '' ? undefined : text.trim()
}
