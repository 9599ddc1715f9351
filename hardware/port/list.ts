// Which serial ports this machine has. On Linux straight from sysfs, so that it needs no udevadm
// and works in containers: a port is a terminal with a device behind it. Elsewhere serialport is
// asked. Reading is best effort: what cannot be read is undefined, and no ports is an empty list.

import { access, readdir, readFile, readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { stableName } from './stable-name.ts'

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
  /**
   * A name that stays with the device whatever its number, as udev forms it:
   * `usb-Arduino_Uno_75430-if00`. Worked out from sysfs where there is no udev.
   */
  readonly byId: string | undefined
  /** A name that stays with the socket: udev's by-path name. */
  readonly byPath: string | undefined
  /** Where it is plugged in, by sysfs alone: `1-2.4:1.0` is bus 1, hub port 2, its port 4. */
  readonly usbPath: string | undefined
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
  const links = {
    byId: await readStableLinks(join(dev, 'serial/by-id')),
    byPath: await readStableLinks(join(dev, 'serial/by-path')),
  }
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
  links: StableLinks,
): Promise<PortInfo | undefined> {
  const folder = join(sys, 'class/tty', name)
  const path = join(dev, name)
  const device = await realpath(join(folder, 'device')).catch(() => undefined)
  // Consoles and pseudo-terminals have no device; in a container, some devices have no node.
  if (device === undefined || !(await exists(path))) return undefined
  // The kernel keeps nodes for UARTs that the board may have; type 0 is one that it has not.
  if ((await readText(join(folder, 'type'))) === '0') return undefined
  const usb = await findUsbFolders(device)
  const read = (file: string): Promise<string | undefined> =>
    usb === undefined ? Promise.resolve(undefined) : readText(join(usb.device, file))
  const identity = {
    vendorId: await read('idVendor'),
    productId: await read('idProduct'),
    serialNumber: await read('serial'),
    manufacturer: await read('manufacturer'),
    product: await read('product'),
  }
  const place = {
    interfaceNumber: usb && (await readText(join(usb.interface, 'bInterfaceNumber'))),
    portNumber: await readText(join(device, 'port_number')),
  }
  return {
    name,
    path,
    ...identity,
    byId: links.byId.get(name) ?? stableName({ ...identity, ...place }),
    byPath: links.byPath.get(name),
    usbPath: usb && basename(usb.interface),
  }
}

/** Names by the port that each one leads to. */
interface StableLinks {
  readonly byId: ReadonlyMap<string, string>
  readonly byPath: ReadonlyMap<string, string>
}

/** The folders of the USB device that a port belongs to, and of the interface it is. */
async function findUsbFolders(
  device: string,
): Promise<{ readonly device: string; readonly interface: string } | undefined> {
  let below = device
  let folder = device
  for (let level = 0; level < LEVELS_MAX; level++) {
    if (await exists(join(folder, 'idVendor'))) return { device: folder, interface: below }
    below = folder
    folder = dirname(folder)
  }
  return undefined
}

/** udev's links by the name of the port that each one leads to. */
async function readStableLinks(folder: string): Promise<ReadonlyMap<string, string>> {
  const links = new Map<string, string>()
  for (const entry of await readdir(folder).catch(() => [])) {
    const target = await readlink(join(folder, entry)).catch(() => undefined)
    if (target !== undefined) links.set(basename(target), entry)
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
    byPath: undefined,
    usbPath: undefined,
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
