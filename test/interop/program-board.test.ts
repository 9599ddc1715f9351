// Boards that programs beside the simulator emulate: how their UART is found, that they are ended
// with their device, what is said when something is wrong with them, and that simavr and qemu are
// such programs.

import { spawnSync } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sharedClock } from '@motewire/sdk'
import type { Task } from '@motewire/sdk/kit'
import { firmwarePath } from '@motewire/hardware'
import { checkProgram, FirmwareModel, programBoards } from '@motewire/simulator/firmware'
import type { ProgramSpec } from '@motewire/simulator/scenario'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { makeUartBridge, serialPort } from '../../cli/uart-bridge.ts'
import { componentPath, requireComponent } from '../support/component.ts'
import { boardArguments } from '../support/qemu-board.ts'
import { ManualDevice } from '../unit/simulator/device/manual-device.ts'

const WAIT_MS = 30_000
const folder = mkdtempSync(join(tmpdir(), 'motewire-program-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A device in real time, which tells of what its model does. */
class LiveDevice extends ManualDevice {
  readonly events = new EventEmitter()

  override now(): number {
    return sharedClock().now()
  }

  override schedule(deadlineMs: number, task: Task): void {
    sharedClock().schedule(deadlineMs, task)
  }

  override cancel(task: Task): void {
    sharedClock().cancel(task)
  }

  override publish(...message: Parameters<ManualDevice['publish']>): 'sent' {
    super.publish(...message)
    this.events.emit('publish', message[0])
    return 'sent'
  }

  override fail(message: string): void {
    this.events.emit('fail', message)
  }
}

let model: FirmwareModel | undefined
afterEach(() => model?.stop())

const PROGRAM = {
  kind: 'program',
  uart: undefined,
  framing: 'raw',
  publishes: undefined,
  subscribes: undefined,
} as const

function start(spec: Partial<ProgramSpec> & Pick<ProgramSpec, 'command'>): LiveDevice {
  const device = new LiveDevice()
  const whole = { ...PROGRAM, folder, ...spec }
  model = new FirmwareModel({
    makeBoard: programBoards(whole, serialPort),
    makeBridge: makeUartBridge,
  })
  model.start(device)
  model.handleOnline()
  return device
}

async function next(device: LiveDevice, event: 'publish' | 'fail'): Promise<unknown> {
  const signal = AbortSignal.timeout(WAIT_MS)
  const [value] = (await once(device.events, event, { signal })) as [unknown]
  return value
}

/** Says CONNECT, waits for the answer, publishes under its argument, and keeps a line to us. */
const BOARD = `
const [name, port] = process.argv.slice(2)
require('node:net').connect(Number(port), '127.0.0.1')
const board = require('node:net').createServer((uart) => {
  uart.write(Buffer.from([16, 13, 0, 4, 77, 81, 84, 84, 4, 2, 0, 60, 0, 1, 100]))
  uart.once('data', () => {
    const topic = Buffer.from([0, name.length, ...Buffer.from(name)])
    uart.write(Buffer.from([48, topic.length, ...topic]))
  })
}).listen(0, '127.0.0.1', () => {
  console.error('board ready\\nuart at tcp:127.0.0.1:' + board.address().port)
})
`

describe('a program that is a board', () => {
  it('is started for its device, found by what it says, and ended with it', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const connected = once(server, 'connection')
    writeFileSync(join(folder, 'board.cjs'), BOARD)
    const device = start({ command: [process.execPath, './board.cjs', 'room-7', `${port}`] })
    expect(await next(device, 'publish')).toBe('room-7')
    expect(device.links).toEqual(['connect'])
    const [life] = (await connected) as [Socket]
    const ended = once(life.resume(), 'close')
    model!.stop()
    await ended
    server.close()
  })

  it('stops its device when it ends, with its last words', async () => {
    const program = 'console.error("no machine like that"); process.exitCode = 3'
    const device = start({ command: [process.execPath, '-e', program] })
    expect(await next(device, 'fail')).toMatch(/ ended with code 3; it said: no machine like that$/)
  })

  it('that is not there is told before the run', () => {
    const spec = { ...PROGRAM, folder }
    expect(() => checkProgram({ ...spec, command: ['qemu-of-mars'] })).toThrow(
      'firmware needs the program qemu-of-mars, and none that can be run is on the PATH',
    )
    const path = join(folder, 'text')
    writeFileSync(path, '')
    expect(() => checkProgram({ ...spec, command: [path] })).toThrow(`${path}, and none that can`)
    checkProgram({ ...spec, command: [process.execPath] })
  })
})

describe.runIf(requireComponent('simavr'))('simavr', () => {
  it('is such a program: an AVR speaks through its terminal', async () => {
    const program = join(folder, 'simavr-uart')
    const source = join(import.meta.dirname, '../../examples/emulators/simavr-uart.c')
    const libraries = ['-lsimavrparts', '-lsimavr']
    const args = ['-I/usr/include/simavr', '-o', program, source, ...libraries]
    expect(spawnSync(componentPath('simavr'), args, { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    })
    const device = start({ command: [program, firmwarePath('sensor-raw'), 'room-7'] })
    expect(await next(device, 'publish')).toBe('sensors/room-7/state')
    expect(device.sent[0]).toMatchObject({ payload: 'online', retain: true })
    expect(model!.will()).toMatchObject({ topic: 'sensors/room-7/state', retain: true })
  })
})

describe.runIf(requireComponent('qemu-system-arm'))('qemu', () => {
  it('is such a program: a Cortex-M3 speaks through its terminal', async () => {
    const name = join(folder, 'name')
    writeFileSync(name, 'pump-7\0')
    const qemu = componentPath('qemu-system-arm')
    const device = start({ command: [qemu, ...boardArguments('lm3s6965', name)] })
    expect(await next(device, 'publish')).toMatch(/^(boot|up)\/pump-7$/)
  })
})
