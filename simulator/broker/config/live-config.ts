// The configuration of a running broker for people: what holds, what of it may change now, a check
// that changes nothing, and the change itself, which is written into the file that the broker was
// started with and into no other. Without such a file, or with one of Mosquitto's, nothing changes.

import { readFileSync, realpathSync } from 'node:fs'
import { UsageError } from '@motewire/sdk/errors'
import { editYaml } from '../../scenario/index.ts'
import type { Broker } from '../broker.ts'
import { replaceFile } from '../replaced-file.ts'
import { liveText, parseLiveSettings } from './live-settings.ts'

export interface ConfigView {
  /** The file it was started with; null without one. */
  readonly file: string | null
  readonly readOnly: 'no-file' | 'mosquitto' | null
  /** YAML: what holds of that which may change. */
  readonly text: string
  /** What changes with a restart only, by its key in the file; `–` is none. */
  readonly fixed: readonly (readonly [key: string, value: string])[]
}

export class LiveConfig {
  readonly #broker: Broker
  readonly #file: string | undefined
  /** As it stands on disk, as far as we know. */
  #text = ''

  /** @param file that the broker was started with; undefined: none. */
  constructor(broker: Broker, file: string | undefined) {
    this.#broker = broker
    this.#file = file === undefined ? undefined : realpathSync(file)
    if (this.#file !== undefined) this.#text = readFileSync(this.#file, 'utf8')
  }

  view(): ConfigView {
    const { settings } = this.#broker
    return {
      file: this.#file ?? null,
      readOnly: this.#readOnly,
      text: liveText(settings),
      fixed: this.#fixed(),
    }
  }

  /** A line for each mistake, with line, column and key; none when the text may be taken. */
  check(text: string): readonly string[] {
    try {
      parseLiveSettings(text, NAME)
      return []
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      return error.message.split('\n')
    }
  }

  /**
   * Takes the text: into the file first, then into the broker. The old settings stay when anything
   * is wrong.
   * @throws UsageError `ERR_BROKER_CONFIG`
   */
  apply(text: string): void {
    const file = this.#file
    if (file === undefined || this.#readOnly !== null) {
      throw refused('the broker was started without a file of its own that could be changed')
    }
    const { options, written } = parseLiveSettings(text, NAME)
    if (readFileSync(file, 'utf8') !== this.#text) {
      throw refused(`${file} was changed by somebody else since the start; nothing was written`)
    }
    const changed = editYaml(this.#text, written)
    try {
      replaceFile(file, changed)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      throw refused(`${file} cannot be written (${code}); nothing was changed`, error)
    }
    this.#text = changed
    this.#broker.reconfigure(options)
  }

  #fixed(): ConfigView['fixed'] {
    const { settings, folder } = this.#broker
    const { messagesMax, bytesMax } = settings.retained
    const places = this.#broker.listeners().map(({ kind, host, port }) => `${kind} ${host}:${port}`)
    const rows: readonly (readonly [string, string | number | boolean])[] = [
      ['listeners', places.join(', ')],
      ['folder', folder ?? '–'],
      ['virtualHosts', settings.virtualHosts.join(', ')],
      ['qosMax', settings.qosMax],
      ['retain', settings.isRetainAvailable],
      ['topicExpiry', seconds(settings.topicExpiryS)],
      ['limits.connectionsPerAddress', settings.connectionsPerAddressMax],
      ['limits.packetBytes', settings.packetBytesMax],
      ['limits.receiveMaximum', settings.receiveMaximum],
      ['limits.topicAliases', settings.topicAliasMaximum],
      ['limits.topics', settings.topicsMax],
      ['limits.retainedMessages', messagesMax],
      ['limits.retainedBytes', bytesMax],
    ]
    return rows.map(([key, value]) => [key, value === Infinity ? '–' : String(value)])
  }

  get #readOnly(): ConfigView['readOnly'] {
    if (this.#file === undefined) return 'no-file'
    return this.#file.endsWith('.conf') ? 'mosquitto' : null
  }
}

function seconds(value: number): string | number {
  return value === Infinity ? value : `${value}s`
}

/** Stands in messages for the text that was typed. */
const NAME = 'settings'

function refused(message: string, cause?: unknown): UsageError {
  return new UsageError('ERR_BROKER_CONFIG', message, { cause })
}
