// Ports are found by what they are, in a fake sysfs: with udev's links, and in a container without.

import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findPort, parseIdentity } from '../../../../hardware/port/identity.ts'
import { listPorts } from '../../../../hardware/port/list.ts'
import { PortWatch } from '../../../../hardware/port/port-watch.ts'
import { converter, FakeSysfs, UNO } from './sysfs.ts'

// Ports are found in sysfs, which is Linux's.
describe.runIf(process.platform === 'linux')('the ports of a machine', () => {
  let sysfs: FakeSysfs

  beforeEach(() => {
    sysfs = new FakeSysfs()
    sysfs.plug(UNO)
    for (const number of [10, 2, 1]) sysfs.plug(converter(number))
  })
  afterEach(() => sysfs[Symbol.dispose]())

  const find = async (text: string): Promise<string> =>
    findPort(parseIdentity(text)!, await listPorts(sysfs)).name

  it('are listed by number, without consoles, empty UARTs and what has no node', async () => {
    sysfs.console('tty1')
    sysfs.uart('ttyS0', '4')
    sysfs.uart('ttyS1', '0')
    sysfs.plug({ ...UNO, name: 'ttyACM1', usbPath: '1-9:1.0' })
    sysfs.hide('ttyACM1')
    const names = (await listPorts(sysfs)).map(({ name }) => name)
    expect(names).toEqual(['ttyACM0', 'ttyS0', 'ttyUSB1', 'ttyUSB2', 'ttyUSB10'])
  })

  it('carry what USB says, and the names that udev would give them', async () => {
    const ports = await listPorts(sysfs)
    expect(ports[0]).toEqual({
      name: 'ttyACM0',
      path: join(sysfs.dev, 'ttyACM0'),
      vendorId: '2341',
      productId: '0043',
      serialNumber: '75430303',
      manufacturer: 'Arduino (www.arduino.cc)',
      product: undefined,
      byId: 'usb-Arduino__www.arduino.cc__0043_75430303-if00',
      byPath: undefined,
      usbPath: '1-2:1.0',
    })
    expect(ports[1]?.byId).toBe('usb-1a86_USB2.0-Serial-if00-port0')
  })

  it('carry the names that udev gave where it did', async () => {
    sysfs.link('by-id/usb-Some_Other_Name-if00', 'ttyACM0')
    sysfs.link('by-path/pci-0000:00:14.0-usb-0:2:1.0', 'ttyACM0')
    expect((await listPorts(sysfs))[0]).toMatchObject({
      byId: 'usb-Some_Other_Name-if00',
      byPath: 'pci-0000:00:14.0-usb-0:2:1.0',
    })
    expect(await find('by-path:pci-*-usb-0:2:1.0')).toBe('ttyACM0')
  })

  it.each([
    ['serial:75430303', 'ttyACM0'],
    ['usb:2341:0043', 'ttyACM0'],
    ['usb:2341:0043:75430303', 'ttyACM0'],
    ['by-id:usb-Arduino_*-if00', 'ttyACM0'],
    ['by-path:1-1.2:1.0', 'ttyUSB2'],
    ['match:/arduino/', 'ttyACM0'],
    ['match:ttyUSB10', 'ttyUSB10'],
  ])('are found by %s', async (text, name) => {
    expect(await find(text)).toBe(name)
  })

  it('are not guessed at when several fit', async () => {
    await expect(find('usb:1a86:7523')).rejects.toMatchObject({
      code: 'ERR_PORT_AMBIGUOUS',
      message: expect.stringMatching(/^serial usb:1a86:7523 fits 3 ports: .*ttyUSB1, .*ttyUSB10$/),
      retryable: true,
    })
  })

  it.each(['serial:nobody', 'usb:2341:0043:other', 'by-id:usb-Arduino', 'by-path:1-1:1.0'])(
    'are absent when none fits %s',
    async (text) => {
      await expect(find(text)).rejects.toMatchObject({
        code: 'ERR_PORT_ABSENT',
        message: `serial ${text} is not plugged in`,
      })
    },
  )

  it('keep their identity under another name', async () => {
    sysfs.unplug('ttyACM0')
    sysfs.plug({ ...UNO, name: 'ttyACM7' })
    expect(await find('serial:75430303')).toBe('ttyACM7')
  })

  it('are watched by one scan for all who ask', async () => {
    let scans = 0
    let handleScanned = (): void => {}
    const scanned = new Promise<void>((resolve) => (handleScanned = resolve))
    const watch = new PortWatch(async () => {
      scans++
      const ports = await listPorts(sysfs)
      setImmediate(handleScanned)
      return ports
    })
    const here = parseIdentity('usb:2341:0043')!
    const gone = parseIdentity('usb:dead:beef')!
    expect([watch.isPresent(here), watch.isPresent(gone)]).toEqual([true, true])
    await scanned
    expect([watch.isPresent(here), watch.isPresent(gone)]).toEqual([true, false])
    expect(scans).toBe(1)
  })
})

describe('an identity', () => {
  it.each(['/dev/ttyUSB0', 'COM3', './near', 'ttyUSB0'])('is not %s, which is a path', (text) => {
    expect(parseIdentity(text)).toBeUndefined()
  })

  it.each(['usb:2341', 'usb:2341:43', 'serial:', 'match:/(/'])('is refused as %s', (text) => {
    expect(() => parseIdentity(text)).toThrow(`serial port is ${text}, expected a path, serial:`)
  })
})
