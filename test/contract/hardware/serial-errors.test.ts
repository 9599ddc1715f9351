// What a user reads when a serial port cannot be opened: one line, the path in it, a stable code;
// and a failed attempt leaves the device of another program as it was.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { LinkError } from '@motewire/sdk'
import { SerialChannel } from '../../../hardware/port/serial-channel.ts'
import type { SerialPlatform } from '../../../hardware/port/serial-channel.ts'
import type { SerialSettings } from '../../../hardware/port/settings.ts'
import { requireComponent } from '../../support/component.ts'
import { PtyPair } from './pty-pair.ts'
import { Recorder } from './recorder.ts'

async function failureOf(
  path: string,
  settings: SerialSettings = {},
  platform?: SerialPlatform,
): Promise<LinkError | undefined> {
  const recorder = new Recorder()
  new SerialChannel(path, settings, platform).open(recorder)
  const cause = await recorder.untilClosed()
  expect(recorder.isOpen).toBe(false)
  return cause
}

describe('a serial port that cannot be opened', () => {
  it('is absent when the path does not exist', async () => {
    const path = join(tmpdir(), 'motewire-no-such-device')
    expect(await failureOf(path)).toMatchObject({
      code: 'ERR_PORT_ABSENT',
      message: `serial ${path} does not exist`,
      retryable: true,
    })
  })

  it('is invalid when the path is a file, a folder or a device without a line', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'motewire-file-'))
    const file = join(folder, 'file')
    writeFileSync(file, 'text')
    for (const path of [folder, file, '/dev/null']) {
      expect(await failureOf(path)).toMatchObject({
        code: 'ERR_PORT_INVALID',
        message: `serial ${path} is not a serial port`,
        retryable: false,
      })
    }
    rmSync(folder, { recursive: true })
  })

  it.each([
    ['Error: Permission denied, cannot open X', 'ERR_PORT_DENIED', 'permission denied'],
    ['Error Resource temporarily unavailable Cannot lock port', 'ERR_PORT_LOCKED', 'locked'],
    ['Opening COM3: File not found', 'ERR_PORT_ABSENT', 'does not exist'],
    ['Error: Input/output error, cannot open X', 'ERR_PORT_LOST', 'Input/output error'],
    ['Error baud rate of 7 is not supported on your platform', 'ERR_PORT_INVALID', 'baud rate'],
  ])('says so when the binding answers "%s"', async (message, code, words) => {
    const platform = {
      hasTty: false,
      binding: () => Promise.resolve({ open: () => Promise.reject(new Error(message)) }),
    }
    const failure = await failureOf('COM3', {}, platform)
    expect(failure).toMatchObject({ code, message: expect.stringContaining(words) })
    expect(failure?.message).toMatch(/^serial COM3 [^\n]+$/)
  })
})

describe.runIf(requireComponent('socat'))('a serial port that another program has', () => {
  it('is locked, names the holder, and keeps its settings', async () => {
    await using cable = await openCable({ baud: 9_600, stopBits: 2 })
    const before = stty(cable.path)
    expect(await failureOf(cable.path, { baud: 115_200 })).toMatchObject({
      code: 'ERR_PORT_LOCKED',
      message: expect.stringMatching(
        new RegExp(`^serial ${cable.path} is locked by process ${process.pid} \\([^)]+\\)$`),
      ),
      retryable: true,
    })
    expect(stty(cable.path)).toBe(before)
  })

  it('opens once the other one has closed it', async () => {
    const cable = await openCable({})
    await cable.closeChannel()
    const recorder = new Recorder()
    const channel = new SerialChannel(cable.path)
    channel.open(recorder)
    await recorder.untilOpen()
    expect(recorder.isOpen).toBe(true)
    channel.close('abort')
    await recorder.untilClosed()
    await cable[Symbol.asyncDispose]()
  })
})

interface OpenCable extends AsyncDisposable {
  readonly path: string
  closeChannel(): Promise<void>
}

/** A cable whose near end is open already. */
async function openCable(settings: SerialSettings): Promise<OpenCable> {
  const pair = await PtyPair.create()
  const recorder = new Recorder()
  const channel = new SerialChannel(pair.near, settings)
  channel.open(recorder)
  await recorder.untilOpen()
  const closeChannel = async (): Promise<void> => {
    channel.close('abort')
    await recorder.untilClosed()
  }
  return {
    path: pair.near,
    closeChannel,
    async [Symbol.asyncDispose]() {
      await closeChannel()
      await pair.remove()
    },
  }
}

function stty(path: string): string {
  return execFileSync('stty', ['-a', '-F', path], { encoding: 'utf8' })
}
