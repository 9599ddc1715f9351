// The crash run: a publishing process with a journal is killed (SIGKILL) again and again, each time
// the next life goes on where the journal says, and the receiver counts. It does not know how the
// journal works; the broker is somebody else's and stays up.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ProtocolVersion } from '@motewire/sdk'
import type { Prng } from '@motewire/sdk/kit'
import { NumberedReceiver } from './numbered-receiver.ts'
import type { Count } from './numbered-receiver.ts'

export interface KillRunOptions {
  readonly url: string
  /** The journal's file; created by the first life. */
  readonly journalPath: string
  readonly kills: number
  readonly qos: 1 | 2
  readonly protocolVersion: ProtocolVersion
  /** Draws the moments of the kills. */
  readonly prng: Prng
  /** After each kill: how many so far, and how many numbers have come. */
  readonly onKill?: (kills: number, received: number) => void
}

const PUBLISHER = fileURLToPath(new URL('./publisher.ts', import.meta.url))
const TOPIC = 'kill/run'
/** A life is killed at any moment from the opening of its journal to this much later. */
const LIFE_MS_MAX = 250
const STEP_MS_MAX = 60_000

export async function runKills(options: KillRunOptions): Promise<Count> {
  const { url, qos, protocolVersion, kills, prng, onKill } = options
  const receiver = await NumberedReceiver.open({ url, topic: TOPIC, qos, protocolVersion })
  for (let i = 1; i <= kills; i++) {
    const life = new Life(options, 'publish')
    await life.says('open')
    const timer = setTimeout(() => life.kill(), prng.below(LIFE_MS_MAX))
    await life.ended()
    clearTimeout(timer)
    onKill?.(i, receiver.received)
  }
  const last = new Life(options, 'drain')
  const published = Number(await last.says('drained'))
  await last.ended()
  return await receiver.finish(published)
}

/** One life of the publishing process. */
class Life {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>
  readonly #exit: Promise<unknown[]>
  #error = ''
  #isKilled = false

  constructor({ url, journalPath, qos, protocolVersion }: KillRunOptions, task: string) {
    const args = [url, journalPath, TOPIC, String(qos), String(protocolVersion), task]
    this.#child = spawn(
      process.execPath,
      ['--conditions=dev', '--import', 'tsx', PUBLISHER, ...args],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    process.once('exit', this.#end)
    this.#exit = once(this.#child, 'exit', { signal: AbortSignal.timeout(STEP_MS_MAX) })
    this.#child.stderr?.on('data', (bytes: Buffer) => (this.#error += bytes.toString()))
    const input = this.#child.stdout!
    this.#lines = createInterface({ input })[Symbol.asyncIterator]()
  }

  /** Waits for the line that begins with this word and answers what follows. */
  async says(word: string): Promise<string> {
    for (;;) {
      const { value, done } = await this.#lines.next()
      if (done === true) throw new Error(`ended without saying '${word}': ${this.#error}`)
      if (value.startsWith(`${word} `)) return value.slice(word.length + 1)
    }
  }

  kill(): void {
    this.#isKilled = true
    this.#child.kill('SIGKILL')
  }

  /** Waits for the end, which must be the one that was meant. */
  async ended(): Promise<void> {
    const [code, signal] = await this.#exit
    process.off('exit', this.#end)
    const isMeant = this.#isKilled ? signal === 'SIGKILL' : code === 0
    if (!isMeant) throw new Error(`ended with ${String(code ?? signal)}: ${this.#error}`)
  }

  readonly #end = (): void => void this.#child.kill('SIGKILL')
}
