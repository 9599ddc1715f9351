// Fetches what a broker retains at and below a path, over a connection of its own, so that nothing
// of it shows on the visitor's. The protocol has no word for "that was all": the answer to a later
// request has come, and then no further one for a while.

import type { Client } from '@motewire/sdk'
import { Task } from '@motewire/sdk'
import type { Clock } from '@motewire/sdk'
import { ConsoleError } from '../errors.ts'
import { RECORDED_MESSAGES_MAX } from '../limits.ts'
import { messageProperties } from './message-properties.ts'
import { Recording } from './recording.ts'
import type { RecordedMessage } from './recording.ts'

const QUIET_MS = 400
/** A topic that nobody uses: only the broker's answer matters. */
const BARRIER = 'motewire/console/barrier'

/**
 * @param client not started yet; it is ended. @param path '' is all topics.
 * @throws ConsoleError `ERR_CONSOLE_CONNECT_FAILED`; `ERR_CONSOLE_CONFLICT` when it is too much.
 */
export async function fetchRetained(
  client: Client,
  path: string,
  clock: Clock,
): Promise<readonly RecordedMessage[]> {
  const kept = new Recording('', path, '')
  const quiet = new Quiet(clock)
  client.on('message', (topic, payload, { qos, retain, properties }) => {
    // What is published meanwhile comes without the flag, and may never cease.
    if (!retain) return
    quiet.disturb()
    const own = { payload: Buffer.from(payload), properties: messageProperties(properties) }
    kept.add({ at: 0, topic, qos, retain, ...own })
  })
  try {
    await connected(client)
    const [grant] = await client.subscribe(path === '' ? '#' : `${path}/#`, { qos: 2 })
    if (grant === undefined || grant.qos >= 0x80) {
      throw new ConsoleError('ERR_CONSOLE_CONFLICT', `broker refused to be asked for '${path}/#'`)
    }
    await client.subscribe(BARRIER, { qos: 0 })
    await quiet.lasts(QUIET_MS)
  } finally {
    await client.end()
  }
  if (kept.isFull) {
    const message = `more than ${RECORDED_MESSAGES_MAX} messages or bytes are retained there`
    throw new ConsoleError('ERR_CONSOLE_CONFLICT', message)
  }
  return kept.messages
}

async function connected(client: Client): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve())
    client.once('offline', (cause) => {
      const reason = cause?.message ?? 'broker closed the connection'
      reject(new ConsoleError('ERR_CONSOLE_CONNECT_FAILED', reason, { cause }))
    })
    client.start()
  })
}

/** Tells when no retained message has come for so long. */
class Quiet {
  readonly #clock: Clock
  #disturbedAt: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#disturbedAt = clock.now()
  }

  disturb(): void {
    this.#disturbedAt = this.#clock.now()
  }

  lasts(durationMs: number): Promise<void> {
    this.disturb()
    return new Promise((resolve) => {
      const task: Task = new Task((now) => {
        if (now >= this.#disturbedAt + durationMs) resolve()
        else this.#clock.schedule(this.#disturbedAt + durationMs, task)
      })
      this.#clock.schedule(this.#disturbedAt + durationMs, task)
    })
  }
}
