// A process that changes a journal for ever and says each number that is committed, for the test
// that kills it. Arguments: PATH FSYNC. Counts on from what the journal holds.

import { journal } from '@motewire/sdk'
import type { StoredMessage } from '@motewire/sdk'

const [path = '', fsync = ''] = process.argv.slice(2)
const store = journal(path, {
  fsync: fsync === 'never' ? 'never' : 'before-send',
  compactBytesMin: 4_096,
})
const found = store.open({
  onCommitted: () => report(),
  onStoreFailed: (error) => {
    throw error
  },
})
const kept = found.messages.map(({ serial }) => serial)
let last = found.lastSerial

/** Adds one message and removes an old one, so that 20 stay and the file is compacted. */
function step(): void {
  last++
  store.addMessage(messageOf(last))
  kept.push(last)
  if (kept.length > 20) store.removeMessage(kept.shift()!)
  if (store.commit()) report()
}

function messageOf(serial: number): StoredMessage {
  return {
    serial,
    topic: 'pump/7',
    payload: `payload of ${serial}`,
    qos: 1,
    retain: false,
    properties: undefined,
    priority: 1,
    queuedAtWallMs: serial,
    expiresAtWallMs: Infinity,
    packetId: 0,
    isReleased: false,
  }
}

function report(): void {
  process.send?.(last, () => setImmediate(step))
}

step()
