// Lines, speed and resets against a binding that writes down what it is told.

import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { BindingPort } from '../../../../hardware/port/binding.ts'
import { PortLineControl } from '../../../../hardware/port/line-control.ts'
import { resolveSettings } from '../../../../hardware/port/settings.ts'

const delays = vi.hoisted(() => ({ holds: [] as string[] }))
vi.mock('node:timers/promises', () => ({
  setTimeout: (ms: number) => {
    delays.holds.push(`hold ${ms}`)
    return Promise.resolve()
  },
}))

/** `DTR rts`: capitals are on. */
function lineText(lines: { dtr: boolean; rts: boolean; brk?: boolean }): string {
  const names = [lines.dtr ? 'DTR' : 'dtr', lines.rts ? 'RTS' : 'rts']
  return lines.brk === true ? `${names.join(' ')} BREAK` : names.join(' ')
}

describe('the control of a line', () => {
  let log: string[]
  let control: PortLineControl
  let refusal: Error | undefined

  beforeEach(() => {
    log = delays.holds = []
    refusal = undefined
    const answer = (entry: string): Promise<void> => {
      log.push(entry)
      return refusal === undefined ? Promise.resolve() : Promise.reject(refusal)
    }
    const port: BindingPort = {
      read: () => Promise.resolve({ bytesRead: 0 }),
      write: () => Promise.resolve(),
      set: (lines) => answer(lineText(lines)),
      get: () => answer('get').then(() => ({ cts: true, dsr: false, dcd: true })),
      update: ({ baudRate }) => answer(`baud ${baudRate}`),
      flush: () => answer('flush'),
      close: () => Promise.resolve(),
    }
    control = new PortLineControl('/dev/ttyX', port, resolveSettings())
  })

  it.each([
    ['none', 'run', []],
    ['none', 'boot', []],
    ['arduino', 'run', ['dtr rts', 'hold 250', 'DTR RTS', 'hold 50']],
    ['leonardo', 'boot', ['baud 1200', 'dtr RTS', 'hold 250', 'baud 115200', 'DTR RTS']],
    ['esp-classic', 'run', ['dtr RTS', 'hold 100', 'dtr rts', 'hold 50']],
    ['esp-classic', 'boot', ['dtr RTS', 'hold 100', 'DTR rts', 'hold 50', 'dtr rts', 'hold 50']],
    ['esp-usb-jtag', 'run', ['dtr RTS', 'hold 200', 'dtr rts', 'hold 200']],
    ['stm32', 'boot', ['dtr RTS', 'hold 100', 'DTR RTS', 'hold 100']],
  ] as const)('resets %s to %s', async (board, target, steps) => {
    await control.reset(board, target)
    expect(log).toEqual(steps)
  })

  it('never lets an ESP see both lines off between its boot strap and its reset', async () => {
    await control.reset('esp-usb-jtag', 'boot')
    const levels = log.filter((entry) => !entry.startsWith('hold'))
    expect(levels).toEqual(['dtr rts', 'DTR rts', 'DTR RTS', 'dtr RTS', 'dtr rts'])
  })

  it('does one thing after the other', async () => {
    const reset = control.reset('arduino')
    const set = control.setLines({ brk: true })
    await Promise.all([reset, set])
    expect(log).toEqual(['dtr rts', 'hold 250', 'DTR RTS', 'hold 50', 'DTR RTS BREAK'])
  })

  it('changes the speed only when it is another one', async () => {
    await control.configure({ baud: 115_200 })
    await control.configure({ baud: 9_600 })
    expect(log).toEqual(['baud 9600'])
    expect(control.settings.baud).toBe(9_600)
  })

  it('keeps the settings that were when the driver refuses new ones', async () => {
    refusal = new Error('Invalid argument')
    await expect(control.configure({ baud: 7_777_777 })).rejects.toMatchObject({
      code: 'ERR_PORT_INVALID',
      message: 'serial /dev/ttyX does not take 7777777 baud: Invalid argument',
    })
    expect(control.settings.baud).toBe(115_200)
  })

  it('takes a line without modem lines as it is', async () => {
    refusal = new Error('ENOTTY')
    await control.setLines({ dtr: false })
    expect(await control.readStatus()).toEqual({ cts: false, dsr: false, dcd: false })
    expect(control.lines).toEqual({ dtr: false, rts: true, brk: false })
  })
})
