// What the page knows of the running server: the stream of snapshots, kept open while somebody can
// see the page, opened again when it breaks. Holds one snapshot and five minutes of rates, nothing
// that grows.

import type { HistoryView, RateSample, SnapshotView } from '../views.ts'
import { call, CallError } from './api.ts'

/** `paused` while the page is hidden; `locked` when the server wants its token. */
export type LinkState = 'connecting' | 'live' | 'lost' | 'paused' | 'locked'

export interface Live {
  readonly link: LinkState
  readonly snapshot: SnapshotView | null
  /** Oldest first. */
  readonly samples: readonly RateSample[]
}

const SAMPLES_MAX = 300
const RETRY_MS = 2000

export class LiveSource {
  current: Live = { link: 'connecting', snapshot: null, samples: [] }
  readonly #listeners = new Set<() => void>()
  #stream: EventSource | null = null
  #retry = 0

  /** Begins to listen to the server, as long as the page can be seen. */
  start(): void {
    document.addEventListener('visibilitychange', () => this.#handleVisibility())
    this.#handleVisibility()
  }

  /** Calls back after every change. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Connects anew at once. */
  reconnect(): void {
    this.#close()
    this.#open()
  }

  #handleVisibility(): void {
    if (document.visibilityState === 'visible') this.reconnect()
    else {
      this.#close()
      this.#change({ link: 'paused' })
    }
  }

  #open(): void {
    const stream = new EventSource('/api/v1/events')
    this.#stream = stream
    stream.addEventListener('history', ({ data }) => {
      const { samples }: HistoryView = JSON.parse(data)
      this.#change({ samples })
    })
    stream.addEventListener('snapshot', ({ data }) => this.#handleSnapshot(JSON.parse(data)))
    stream.addEventListener('error', () => {
      // A stream that was refused does not try again by itself; one that broke does.
      if (stream.readyState === EventSource.CLOSED) void this.#handleRefusal()
      else this.#change({ link: 'lost' })
    })
  }

  #close(): void {
    clearTimeout(this.#retry)
    this.#stream?.close()
    this.#stream = null
  }

  #handleSnapshot(snapshot: SnapshotView): void {
    const { samples } = this.current
    const { broker, at } = snapshot
    const isNewer = at - (samples.at(-1)?.at ?? 0) > 500
    const sample = broker && {
      at,
      inPerSecond: broker.inPerSecond,
      outPerSecond: broker.outPerSecond,
    }
    const longer = sample && isNewer ? [...samples, sample].slice(-SAMPLES_MAX) : samples
    this.#change({ link: 'live', snapshot, samples: longer })
  }

  /** Says why the stream was refused, which the stream itself does not tell. */
  async #handleRefusal(): Promise<void> {
    this.#close()
    const isLocked = await call('bridges').then(
      () => false,
      (error: unknown) => error instanceof CallError && error.status === 401,
    )
    // Somebody may have come back to the page in the meantime.
    if (this.#stream !== null || document.visibilityState !== 'visible') return
    this.#change({ link: isLocked ? 'locked' : 'lost' })
    if (!isLocked) this.#retry = setTimeout(() => this.reconnect(), RETRY_MS)
  }

  #change(changes: Partial<Live>): void {
    this.current = { ...this.current, ...changes }
    for (const listener of this.#listeners) listener()
  }
}
