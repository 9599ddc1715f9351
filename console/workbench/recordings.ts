// What visitors recorded: made from a subscription or from a file, replayed over any connection of
// the workbench, forgotten with the console. Bound: RECORDINGS_MAX, each within its own bounds.

import type { Clock } from '@motewire/sdk'
import { ConsoleError } from '../errors.ts'
import { RECORDINGS_MAX } from '../limits.ts'
import type { RecordingView } from '../workbench-views.ts'
import type { Connection } from './connection.ts'
import { messageProperties } from './message-properties.ts'
import { Recording } from './recording.ts'
import { Replay } from './replay.ts'

interface Held {
  readonly recording: Recording
  readonly source: Connection | undefined
  /** Undefined once it is over. */
  endRecording: (() => void) | undefined
  replay: Replay | undefined
}

export class Recordings {
  readonly #clock: Clock
  readonly #held = new Map<string, Held>()
  #last = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  views(): RecordingView[] {
    return [...this.#held.values()].map(viewOf)
  }

  /**
   * Keeps what comes on the connection by the filter, from now on.
   * @throws ConsoleError `ERR_CONSOLE_CONFLICT`; `ERR_CONSOLE_NOT_FOUND` without such a filter.
   */
  start(source: Connection, filter: string, name: string): RecordingView {
    const recording = this.#make(name, filter)
    const held: Held = { recording, source, endRecording: undefined, replay: undefined }
    held.endRecording = source.listen(filter, ({ at, topic, payload, qos, retain, ...rest }) => {
      const properties = messageProperties(rest.properties)
      if (!recording.add({ at, topic, payload, qos, retain, properties })) endRecording(held)
    })
    this.#held.set(recording.id, held)
    return viewOf(held)
  }

  /** @throws ConsoleError `ERR_CONSOLE_CONFLICT`, `ERR_CONSOLE_BODY_INVALID` */
  read(name: string, text: string): RecordingView {
    const recording = this.#make(name, '')
    recording.read(text)
    const held = { recording, source: undefined, endRecording: undefined, replay: undefined }
    this.#held.set(recording.id, held)
    return viewOf(held)
  }

  /** The messages stay. @throws ConsoleError `ERR_CONSOLE_NOT_FOUND` */
  stop(id: string): void {
    endRecording(this.#find(id))
  }

  /** As JSON lines. @throws ConsoleError `ERR_CONSOLE_NOT_FOUND` */
  text(id: string): string {
    return this.#find(id).recording.text()
  }

  /**
   * Publishes what is recorded so far. @param speed times faster than it came; Infinity: at once.
   * @throws ConsoleError `ERR_CONSOLE_NOT_FOUND`, `ERR_CONSOLE_CONFLICT`
   */
  replay(id: string, target: Connection, speed: number, prefix: string): RecordingView {
    const held = this.#find(id)
    if (held.replay?.isRunning === true) throw conflict('it is replayed already; stop that first')
    const { messages } = held.recording
    if (messages.length === 0) throw conflict('nothing is recorded yet')
    held.replay = new Replay(messages, {
      speed,
      prefix,
      connection: target.id,
      clock: this.#clock,
      publish: (message) => target.publish(message),
    })
    return viewOf(held)
  }

  stopReplay(id: string): void {
    this.#find(id).replay?.stop()
  }

  /** @throws ConsoleError `ERR_CONSOLE_NOT_FOUND` */
  remove(id: string): void {
    const held = this.#find(id)
    endRecording(held)
    held.replay?.stop()
    this.#held.delete(id)
  }

  end(): void {
    for (const id of this.#held.keys()) this.remove(id)
  }

  #make(name: string, filter: string): Recording {
    if (this.#held.size >= RECORDINGS_MAX) {
      throw conflict(`${RECORDINGS_MAX} recordings are kept, which is the limit; delete one`)
    }
    const id = String(++this.#last)
    return new Recording(id, name || filter || id, filter)
  }

  #find(id: string): Held {
    const held = this.#held.get(id)
    if (held !== undefined) return held
    throw new ConsoleError('ERR_CONSOLE_NOT_FOUND', `recording '${id}' is not here`)
  }
}

function endRecording(held: Held): void {
  held.endRecording?.()
  held.endRecording = undefined
}

function viewOf({ recording, source, endRecording: end, replay }: Held): RecordingView {
  const { id, name, filter, messages, bytes, durationMs, isFull } = recording
  const isRecording = end !== undefined && source?.isEnded === false
  return {
    id,
    name,
    filter,
    connection: source?.id ?? null,
    state: isFull ? 'full' : isRecording ? 'recording' : 'ended',
    startedAt: messages[0]?.at ?? 0,
    durationMs,
    messages: messages.length,
    bytes,
    replay: replay?.view() ?? null,
  }
}

function conflict(message: string): ConsoleError {
  return new ConsoleError('ERR_CONSOLE_CONFLICT', message)
}
