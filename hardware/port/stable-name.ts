// The name that udev gives a USB serial port under /dev/serial/by-id, worked out from what sysfs
// says: the same text finds a device on a desk with udev and in a container without it. Pure.

export interface UsbFacts {
  readonly vendorId: string | undefined
  readonly productId: string | undefined
  readonly serialNumber: string | undefined
  readonly manufacturer: string | undefined
  readonly product: string | undefined
  /** Two hexadecimal digits. */
  readonly interfaceNumber: string | undefined
  /** Which of several ports of one converter; only drivers of converters tell. */
  readonly portNumber: string | undefined
}

/** `usb-1a86_USB2.0-Serial-if00-port0`; undefined for what is no USB device. */
export function stableName(facts: UsbFacts): string | undefined {
  const { vendorId, productId, serialNumber, interfaceNumber, portNumber } = facts
  if (vendorId === undefined || productId === undefined) return undefined
  const words = [facts.manufacturer ?? vendorId, facts.product ?? productId, serialNumber]
  const name = words.filter((word) => word !== undefined).map(clean)
  const place = interfaceNumber === undefined ? '' : `-if${interfaceNumber}`
  return `usb-${name.join('_')}${place}${portNumber === undefined ? '' : `-port${portNumber}`}`
}

/** What a file name cannot hold becomes an underscore, as udev has it. */
function clean(word: string): string {
  return word
    .trim()
    .replaceAll(/\s+/g, '_')
    .replaceAll(/[^\w#+\-.:=@]/g, '_')
}
