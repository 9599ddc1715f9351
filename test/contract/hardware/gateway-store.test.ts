// A gateway and the journal of its client: the file belongs to a gateway that runs.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { journal, sharedClock, UsageError } from '@motewire/sdk'
import { Gateway, lineDevice } from '@motewire/hardware'
import type { DeviceFactory } from '@motewire/hardware'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Wire } from '../../unit/hardware/wire.ts'

describe('a gateway with a journal', () => {
  let folder: string
  let path: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'motewire-gateway-'))
    path = join(folder, 'pump-7.journal')
  })

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  function make(device: DeviceFactory = lineDevice({ name: 'pump-7' })): Gateway {
    return new Gateway({
      port: new Wire('serial /dev/ttyX', sharedClock(), true),
      // Nobody listens there.
      brokerUrl: 'mqtt://127.0.0.1:1',
      name: 'pump-7',
      device,
      client: { clean: false, store: journal(path) },
    })
  }

  it('makes the file when it starts, not before', async () => {
    const gateway = make()
    expect(existsSync(path)).toBe(false)
    const idle = { net: { state: 'idle', opens: 0 }, presence: 'gone' }
    expect(gateway.snapshot()).toMatchObject(idle)
    await gateway.start()
    expect(existsSync(path)).toBe(true)
    await gateway.stop()
  })

  it('leaves the file to others before it starts and after it has stopped', async () => {
    const [first, second, third] = [make(), make(), make()]
    await first.start()
    await expect(second.start()).rejects.toMatchObject({ code: 'ERR_STORE_LOCKED' })
    await first.stop()
    await third.start()
    await third.stop()
    await second.stop()
  })

  it('lets go of the file when its device cannot be made', async () => {
    const broken = make(() => {
      throw new UsageError('ERR_OPTION_INVALID', 'lineBytesMax is 0')
    })
    await expect(broken.start()).rejects.toThrow('lineBytesMax is 0')
    const next = make()
    await next.start()
    await next.stop()
  })

  it('makes nothing when it is stopped without a start', async () => {
    const gateway = make()
    await gateway.stop()
    await gateway.start()
    expect(existsSync(path)).toBe(false)
  })
})
