// Ports on loan over a real Unix socket: who gets which port, and that it always comes back.

import { EventEmitter, once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { borrowPort, LendingDesk, lendingFolder } from '../../../hardware/index.ts'

/** A bridge that only notes what is asked of it. */
class Lender extends EventEmitter {
  readonly steps: string[] = []

  lend(): Promise<void> {
    this.steps.push('lend')
    return Promise.resolve()
  }

  takeBack(): void {
    this.steps.push('take back')
    this.emit('back')
  }
}

let folder: string
let device: string
let first: Lender
let second: Lender
let desk: LendingDesk

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'motewire-desk-'))
  device = join(folder, 'ttyUSB0')
  const link = join(folder, 'by-id')
  writeFileSync(device, '')
  symlinkSync(device, link)
  first = new Lender()
  second = new Lender()
  desk = new LendingDesk(folder, () => [
    { name: 'pump', serial: link, bridge: first },
    { name: 'valve', serial: 'usb:2341:0043', bridge: second },
  ])
  await desk.open()
})

afterEach(async () => {
  await desk.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a desk that lends ports', () => {
  it('knows them by name, by what they were told to open, and by the device', async () => {
    for (const [what, name] of [
      ['pump', 'pump'],
      [device, 'pump'],
      ['usb:2341:0043', 'valve'],
    ] as const) {
      const loan = await borrowPort(folder, what)
      expect(loan?.name).toBe(name)
      const back = once(name === 'pump' ? first : second, 'back')
      loan?.close()
      await back
    }
    expect(first.steps).toEqual(['lend', 'take back', 'lend', 'take back'])
  })

  it('lends one to one borrower at a time', async () => {
    const loan = await borrowPort(folder, 'pump')
    await expect(borrowPort(folder, device)).rejects.toMatchObject({
      code: 'ERR_PORT_LOCKED',
      message: 'pump is lent to another program already',
    })
    expect(first.steps).toEqual(['lend'])
    loan?.close()
  })

  it('has no others, and passes over what a killed bridge has left behind', async () => {
    writeFileSync(join(folder, '1.sock'), '')
    expect(await borrowPort(folder, '/dev/ttyS99')).toBeUndefined()
    expect((await borrowPort(folder, 'valve'))?.name).toBe('valve')
  })

  it('takes back all of them when it closes', async () => {
    await borrowPort(folder, 'pump')
    const back = once(first, 'back')
    await desk.close()
    await back
    expect(first.steps).toEqual(['lend', 'take back'])
  })

  it('ends a connection that says something else, or too much', async () => {
    for (const text of ['hello\n', 'x'.repeat(10_000)]) {
      const socket = createConnection(join(folder, `${process.pid}.sock`))
      socket.on('error', () => {})
      socket.write(text)
      socket.resume()
      await once(socket, 'close')
    }
    expect(first.steps).toEqual([])
  })
})

describe('where bridges and borrowers meet', () => {
  it('is the folder of the unit, of the session, or of the user', () => {
    expect(lendingFolder({ RUNTIME_DIRECTORY: '/run/x', XDG_RUNTIME_DIR: '/run/u' })).toBe('/run/x')
    expect(lendingFolder({ XDG_RUNTIME_DIR: '/run/u' })).toBe('/run/u/motewire')
    expect(lendingFolder({})).toContain('motewire-')
  })
})
