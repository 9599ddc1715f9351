// What a person is told about a port: one line for each finding, with what to do about it.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sharedClock } from '@motewire/sdk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { diagnosePort, PortError, SerialChannel } from '../../../hardware/index.ts'
import { countStrange, flowOf, remedyFor, soundOf } from '../../../hardware/operations/diagnosis.ts'
import { findIntruders } from '../../../hardware/operations/intruders.ts'
import type { Intruders } from '../../../hardware/operations/intruders.ts'
import { requireComponent } from '../../support/component.ts'
import { PtyPair } from './pty-pair.ts'
import { Recorder } from './recorder.ts'

const clock = sharedClock()
/** Where no program runs: socat has the ends of the cable open as well. */
const NOBODY = { proc: '/nowhere', udev: '/nowhere' }

describe('the diagnosis of a port that cannot be opened', () => {
  it('says which ports there are, when it is absent', async () => {
    const findings = await diagnosePort('/dev/motewire-none', { clock })
    expect(findings).toEqual([
      {
        isGood: false,
        text: expect.stringMatching(
          /^serial \/dev\/motewire-none does not exist; (no port is|here are).* container/,
        ),
      },
    ])
  })

  it('names the group of a device that is not permitted', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'motewire-group-'))
    const path = join(folder, 'device')
    writeFileSync(path, '')
    const remedy = await remedyFor(new PortError('ERR_PORT_DENIED', 'x'), path)
    expect(remedy).toMatch(/^add the user to its group .*: sudo usermod -aG \w+ \w+$/)
    rmSync(folder, { recursive: true })
  })
})

describe('the diagnosis of what comes', () => {
  const judged = (bytes: Uint8Array): ReturnType<typeof soundOf> => {
    return soundOf(bytes.length, countStrange(bytes), 50, '9600 8N1')
  }

  it('knows text, in colours too', () => {
    const text = '\u001b[32mI (29) boot: ESP-IDF\u001b[0m\r\n\tok\r\n'
    expect(judged(Buffer.from(text))).toMatchObject({ isGood: true })
  })

  it('suspects the speed when it is none', () => {
    const noise = Uint8Array.from([0xe0, 0x9c, 0x61, 0x80, 0x00, 0xfe, 0x0c, 0x78])
    expect(judged(noise)).toEqual({
      isGood: false,
      text: expect.stringMatching(/^8 bytes came, 75 % .* binary, or not at 9600 8N1: try/),
    })
  })
})

describe('the diagnosis of flow control', () => {
  const plain = { rtscts: false, isRtsOn: true, hasHeard: true }

  it.each([
    [[], { ...plain, rtscts: true }, []],
    [[false, false], plain, []],
    [[true, true], plain, []],
    [[false, false], { ...plain, rtscts: true }, [[false, /CTS is off: nothing can be sent/]]],
    [[false, true], { ...plain, rtscts: true }, [[true, /the device drives CTS/]]],
    [[true, false, true], plain, [[false, /uses flow control, so rtscts should be on/]]],
    [[true], { ...plain, isRtsOn: false, hasHeard: false }, [[false, /try lines: assert/]]],
    [[true], { ...plain, isRtsOn: false }, []],
  ] as const)('of CTS %j with %j', (cts, line, findings) => {
    expect(flowOf(cts, line)).toEqual(
      findings.map(([isGood, text]) => ({ isGood, text: expect.stringMatching(text) })),
    )
  })
})

describe('who else has a port', () => {
  let folder: string
  let device: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'motewire-proc-'))
    device = join(folder, 'ttyACM0')
    writeFileSync(device, '')
    mkdirSync(join(folder, 'udev'))
  })

  afterEach(() => rmSync(folder, { recursive: true }))

  function run(pid: number, program: string, ...open: readonly string[]): void {
    const own = join(folder, String(pid))
    mkdirSync(join(own, 'fd'), { recursive: true })
    writeFileSync(join(own, 'comm'), `${program}\n`)
    open.forEach((path, index) => symlinkSync(path, join(own, 'fd', String(index))))
  }

  /** What udev knows of the device; a plain file has no number. */
  function know(...properties: readonly string[]): void {
    const lines = ['N:ttyACM0', ...properties.map((one) => `E:${one}`)]
    writeFileSync(join(folder, 'udev/c0:0'), `${lines.join('\n')}\n`)
  }

  const found = (): Promise<Intruders> =>
    findIntruders(device, { proc: folder, udev: join(folder, 'udev') })

  it('is nobody, as far as it may be read', async () => {
    run(process.pid, 'node', device)
    run(7, 'bash', '/dev/null')
    mkdirSync(join(folder, '8'))
    expect(await found()).toEqual({ users: [], isProbedByModemManager: false })
  })

  it('is every program that has it open', async () => {
    run(7, 'brltty', '/dev/null', device)
    run(8, 'ModemManager', device)
    const { users } = await found()
    expect(users).toEqual([
      { pid: 7, program: 'brltty' },
      { pid: 8, program: 'ModemManager' },
    ])
  })

  it('may be ModemManager, unless it was told to leave the device alone', async () => {
    know('ID_MM_CANDIDATE=1')
    expect((await found()).isProbedByModemManager).toBe(false)
    run(8, 'ModemManager')
    expect((await found()).isProbedByModemManager).toBe(true)
    know('ID_MM_CANDIDATE=1', 'ID_MM_DEVICE_IGNORE=1')
    expect((await found()).isProbedByModemManager).toBe(false)
    know('ID_VENDOR_ID=2341')
    expect((await found()).isProbedByModemManager).toBe(false)
  })

  it('is told with what to do about it', async () => {
    run(7, 'brltty', device)
    run(8, 'ModemManager', device)
    const folders = { proc: folder, udev: join(folder, 'udev') }
    const findings = await diagnosePort(device, { clock, folders })
    const line = 'SUBSYSTEM=="tty", KERNEL=="ttyACM0", ENV{ID_MM_DEVICE_IGNORE}="1"'
    const rule = `a udev rule keeps it away: ${line}`
    expect(findings.slice(1)).toEqual([
      {
        isGood: false,
        text: `ModemManager (process 8) has it open and sends it AT commands; ${rule}`,
      },
      { isGood: false, text: expect.stringMatching(/^brltty \(process 7\) has it open too; each/) },
    ])
    rmSync(join(folder, '7'), { recursive: true })
    rmSync(join(folder, '8/fd'), { recursive: true })
    know('ID_MM_CANDIDATE=1')
    const [, probed] = await diagnosePort(device, { clock, folders })
    expect(probed?.text).toMatch(/^ModemManager may open it when it is plugged in, and send it/)
  })
})

describe.runIf(requireComponent('socat'))('the diagnosis of a port', () => {
  let pair: PtyPair

  beforeEach(async () => {
    pair = await PtyPair.create()
  })

  afterEach(() => pair.remove())

  it('names who has locked it', async () => {
    const recorder = new Recorder()
    const other = new SerialChannel(pair.near)
    other.open(recorder)
    await recorder.untilOpen()
    const [finding] = await diagnosePort(pair.near, { clock, folders: NOBODY })
    expect(finding?.text).toMatch(/is locked by process \d+ .*; end that program, or/)
    other.close()
    await recorder.untilClosed()
  })

  it('tells silence', async () => {
    const findings = await diagnosePort(pair.near, { clock, listenMs: 50, folders: NOBODY })
    expect(findings).toEqual([
      { isGood: true, text: `serial ${pair.near} can be opened at 115200 8N1` },
      { isGood: false, text: expect.stringMatching(/^nothing came within 50 ms; .*TX/) },
    ])
  })
})
