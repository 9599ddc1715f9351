// What a person is told about a port: one line for each finding, with what to do about it.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sharedClock } from '@motewire/sdk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { diagnosePort, PortError, SerialChannel } from '../../../hardware/index.ts'
import { countStrange, remedyFor, soundOf } from '../../../hardware/operations/diagnosis.ts'
import { requireComponent } from '../../support/component.ts'
import { PtyPair } from './pty-pair.ts'
import { Recorder } from './recorder.ts'

const clock = sharedClock()

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
    const [finding] = await diagnosePort(pair.near, { clock })
    expect(finding?.text).toMatch(/is locked by process \d+ .*; end that program, or/)
    other.close()
    await recorder.untilClosed()
  })

  it('tells silence', async () => {
    const findings = await diagnosePort(pair.near, { clock, listenMs: 50 })
    expect(findings).toEqual([
      { isGood: true, text: `serial ${pair.near} can be opened at 115200 8N1` },
      { isGood: false, text: expect.stringMatching(/^nothing came within 50 ms; .*TX/) },
    ])
  })
})
