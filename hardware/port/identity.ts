// Which device is meant, when not by its path: names like ttyUSB0 change with the order of plugging
// in, what a device says about itself does not. Pure: the ports of the machine are an argument.
//
//   serial:75430303          the serial number
//   usb:2341:0043            vendor and product
//   usb:2341:0043:75430303   and serial number, for one of several alike
//   by-id:usb-Arduino_*      udev's name of the device, or what it would be; * stands for any text
//   by-path:1-2.4:1.0        the socket: udev's name, or the USB path of sysfs
//   match:/CP210[24]/        a pattern over the whole description

import { UsageError } from '@motewire/sdk'
import type { PortInfo } from './list.ts'
import { PortError } from './port-error.ts'

export interface PortIdentity {
  /** As it was written. */
  readonly text: string
  matches(port: PortInfo): boolean
}

const EXPECTED =
  'expected a path, serial:NUMBER, usb:VENDOR:PRODUCT[:SERIAL], by-id:NAME, by-path:NAME or ' +
  'match:/PATTERN/'

/**
 * Reads one of the forms above; undefined when the text is a path.
 * @throws UsageError `ERR_OPTION_INVALID` when it begins like an identity and is none.
 */
export function parseIdentity(text: string): PortIdentity | undefined {
  const form = /^(serial|usb|by-id|by-path|match):(.*)$/s.exec(text)
  if (form === null) return undefined
  const matches = predicate(form[1]!, form[2]!)
  if (matches === undefined) {
    throw new UsageError('ERR_OPTION_INVALID', `serial port is ${text}, ${EXPECTED}`)
  }
  return { text, matches }
}

/**
 * The one port that an identity means.
 * @throws PortError `ERR_PORT_ABSENT` when there is none, `ERR_PORT_AMBIGUOUS` when there are more.
 */
export function findPort(identity: PortIdentity, ports: readonly PortInfo[]): PortInfo {
  const found = ports.filter((port) => identity.matches(port))
  if (found.length === 1) return found[0]!
  const name = `serial ${identity.text}`
  if (found.length === 0) throw new PortError('ERR_PORT_ABSENT', `${name} is not plugged in`)
  const paths = found.map(({ path }) => path).join(', ')
  throw new PortError('ERR_PORT_AMBIGUOUS', `${name} fits ${found.length} ports: ${paths}`)
}

/** All that is known of a port, in one line; what `match:` looks at. */
export function describePort(port: PortInfo): string {
  const { path, vendorId, productId, serialNumber, manufacturer, product, byId, usbPath } = port
  const ids = vendorId === undefined ? undefined : `${vendorId}:${productId}`
  const parts = [path, ids, serialNumber, manufacturer, product, byId, port.byPath, usbPath]
  return parts.filter((part) => part !== undefined).join(' ')
}

function predicate(form: string, value: string): PortIdentity['matches'] | undefined {
  if (value === '') return undefined
  switch (form) {
    case 'serial':
      return ({ serialNumber }) => serialNumber === value
    case 'usb':
      return usbPredicate(value)
    case 'by-id':
      return namePredicate(value, ({ byId }) => [byId])
    case 'by-path':
      return namePredicate(value, ({ byPath, usbPath }) => [byPath, usbPath])
    default:
      return patternPredicate(value)
  }
}

function usbPredicate(value: string): PortIdentity['matches'] | undefined {
  const ids = /^([0-9a-f]{4}):([0-9a-f]{4})(?::(.+))?$/i.exec(value)
  if (ids === null) return undefined
  const [, vendor, product, serial] = ids
  return ({ vendorId, productId, serialNumber }) =>
    vendorId?.toLowerCase() === vendor!.toLowerCase() &&
    productId?.toLowerCase() === product!.toLowerCase() &&
    (serial === undefined || serialNumber === serial)
}

function namePredicate(
  value: string,
  namesOf: (port: PortInfo) => readonly (string | undefined)[],
): PortIdentity['matches'] {
  const escaped = value.split('*').map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&'))
  const pattern = new RegExp(`^${escaped.join('.*')}$`)
  return (port) => namesOf(port).some((name) => name !== undefined && pattern.test(name))
}

function patternPredicate(value: string): PortIdentity['matches'] | undefined {
  const source = /^\/(.+)\/$/s.exec(value)?.[1] ?? value
  try {
    const pattern = new RegExp(source, 'i')
    return (port) => pattern.test(describePort(port))
  } catch {
    return undefined
  }
}
