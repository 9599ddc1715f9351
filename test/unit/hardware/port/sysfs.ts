// A machine's ports as sysfs and udev show them, in a folder: what discovery reads, nothing else.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { SystemFolders } from '../../../../hardware/port/list.ts'

export interface FakeUsbPort {
  readonly name: string
  /** `1-2:1.0`. */
  readonly usbPath: string
  readonly vendorId: string
  readonly productId: string
  readonly serial?: string
  readonly manufacturer?: string
  readonly product?: string
  /** Only drivers of converters have one. */
  readonly portNumber?: string
}

export class FakeSysfs implements SystemFolders, Disposable {
  readonly #root = mkdtempSync(join(tmpdir(), 'motewire-sysfs-'))
  readonly sys: string = join(this.#root, 'sys')
  readonly dev: string = join(this.#root, 'dev')

  constructor() {
    mkdirSync(join(this.sys, 'class/tty'), { recursive: true })
    mkdirSync(this.dev)
  }

  plug(port: FakeUsbPort): void {
    const device = join(this.sys, 'devices/usb1', port.usbPath.split(':')[0]!)
    const face = join(device, port.usbPath)
    this.#write(join(device, 'idVendor'), port.vendorId)
    this.#write(join(device, 'idProduct'), port.productId)
    for (const field of ['serial', 'manufacturer', 'product'] as const) {
      if (port[field] !== undefined) this.#write(join(device, field), port[field])
    }
    this.#write(join(face, 'bInterfaceNumber'), '00')
    const node = port.portNumber === undefined ? face : join(face, port.name)
    if (port.portNumber !== undefined) this.#write(join(node, 'port_number'), port.portNumber)
    this.#terminal(port.name, node)
  }

  /** A UART of the board; type 0 means that the board has none there. */
  uart(name: string, type: string): void {
    const node = join(this.sys, 'devices/platform/serial8250', name)
    mkdirSync(node, { recursive: true })
    this.#terminal(name, node)
    this.#write(join(this.sys, 'class/tty', name, 'type'), type)
  }

  /** A terminal without a device behind it. */
  console(name: string): void {
    mkdirSync(join(this.sys, 'class/tty', name))
    this.#write(join(this.dev, name), '')
  }

  /** What udev links: `by-id/usb-...`, `by-path/pci-...`. */
  link(path: string, name: string): void {
    const link = join(this.dev, 'serial', path)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(`../../${name}`, link)
  }

  /** The kernel knows the port, this container has no node for it. */
  hide(name: string): void {
    rmSync(join(this.dev, name))
  }

  unplug(name: string): void {
    rmSync(join(this.sys, 'class/tty', name), { recursive: true })
    this.hide(name)
  }

  [Symbol.dispose](): void {
    rmSync(this.#root, { recursive: true })
  }

  #terminal(name: string, node: string): void {
    mkdirSync(join(this.sys, 'class/tty', name))
    symlinkSync(node, join(this.sys, 'class/tty', name, 'device'))
    this.#write(join(this.dev, name), '')
  }

  #write(path: string, text: string): void {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${text}\n`)
  }
}

export const UNO: FakeUsbPort = {
  name: 'ttyACM0',
  usbPath: '1-2:1.0',
  vendorId: '2341',
  productId: '0043',
  serial: '75430303',
  manufacturer: 'Arduino (www.arduino.cc)',
}

/** A converter of the many that have no serial number. */
export function converter(number: number): FakeUsbPort {
  return {
    name: `ttyUSB${number}`,
    usbPath: `1-1.${number}:1.0`,
    vendorId: '1a86',
    productId: '7523',
    product: 'USB2.0-Serial',
    portNumber: '0',
  }
}
