// A journal on a real file system: who may read it, who may open it, what is told about its state,
// and what is refused.

import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  lstatSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { journal } from '@motewire/sdk'
import type { JournalNotice, Store, StoredSession } from '@motewire/sdk'
import { plainMessage } from '../../../support/store/model.ts'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'motewire-'))
  path = join(folder, 'pump.journal')
})
afterEach(() => rmSync(folder, { recursive: true }))

function open(store: Store): StoredSession {
  return store.open({ onCommitted: () => undefined, onStoreFailed: () => undefined })
}

async function writeMessages(count: number): Promise<void> {
  const store = journal(path)
  open(store)
  for (let serial = 1; serial <= count; serial++) store.addMessage(plainMessage(serial))
  await store.close()
}

describe('a journal file', () => {
  it('may be read by its owner only, and so may its lock', async () => {
    await writeMessages(1)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(`${path}.lock`).mode & 0o777).toBe(0o600)
  })

  it('is refused while another store has it, who is named, and free afterwards', async () => {
    const first = journal(path)
    open(first)
    const second = journal(path)
    expect(() => open(second)).toThrow(`process ${process.pid}`)
    await first.close()
    open(second)
    await second.close()
  })

  it('goes on behind a tail that was cut off, and tells', async () => {
    await writeMessages(2)
    const { size } = statSync(path)
    appendFileSync(path, Buffer.from('half a record'))
    const notices: JournalNotice[] = []
    const store = journal(path, { onNotice: (notice) => notices.push(notice) })
    expect(open(store).messages).toHaveLength(2)
    expect(notices).toEqual([{ kind: 'cut', offset: size, bytes: 13 }])
    store.addMessage(plainMessage(3))
    await store.close()
    const again = journal(path)
    expect(open(again).lastSerial).toBe(3)
    await again.close()
  })

  it('tells of damage in the middle once, and is whole the next time', async () => {
    await writeMessages(3)
    const bytes = readFileSync(path)
    bytes[40]! ^= 0xff
    writeFileSync(path, bytes)
    const notices: JournalNotice[] = []
    const onNotice = (notice: JournalNotice): void => void notices.push(notice)
    for (let opening = 0; opening < 2; opening++) {
      const store = journal(path, { onNotice })
      expect(open(store).messages.map(({ serial }) => serial)).toEqual([2, 3])
      await store.close()
    }
    expect(notices).toMatchObject([
      { kind: 'damaged', offset: 32, error: { code: 'ERR_STORE_CORRUPT' } },
    ])
  })

  it('is not made of a file that is no journal, which stays as it is', () => {
    writeFileSync(path, '{"broker": "mqtt://127.0.0.1"}')
    expect(() => open(journal(path))).toThrow('no journal header')
    expect(readFileSync(path, 'utf8')).toContain('broker')
  })

  it('is not made in a folder that does not exist', () => {
    path = join(folder, 'absent', 'pump.journal')
    expect(() => open(journal(path))).toThrow(
      expect.objectContaining({ code: 'ERR_STORE_OPEN' }) as Error,
    )
    expect(existsSync(join(folder, 'absent'))).toBe(false)
  })

  it('is compacted behind a link that stays one', async () => {
    const link = join(folder, 'link')
    await writeMessages(1)
    symlinkSync(path, link)
    const store = journal(link, { compactBytesMin: 4_096 })
    open(store)
    for (let serial = 2; serial <= 300; serial++) {
      store.addMessage(plainMessage(serial))
      store.removeMessage(serial)
    }
    await store.close()
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(statSync(path).size).toBeLessThan(4_096)
  })

  it('refuses options that can never work', () => {
    expect(() => journal('')).toThrow('path is')
    expect(() => journal(path, { bytesMax: 10 })).toThrow('bytesMax is 10')
    expect(() => journal(path, { fsync: { everyMs: 0 } })).toThrow('fsync.everyMs is 0')
  })
})
