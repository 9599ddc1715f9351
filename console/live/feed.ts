// Tells every open page once a second how things are. Samples the broker's counts all the time, so
// that a page has the last minutes when it opens; makes a snapshot only while somebody listens, one
// for all. It knows streams, not HTTP. O(streams) a second.

import { Task } from '@motewire/sdk/kit'
import type { BrokerControl } from '@motewire/simulator/broker'
import { brokerView } from '../api/broker-views.ts'
import type { Sources } from '../api/routes.ts'
import { ConsoleError } from '../errors.ts'
import { FEEDS_MAX } from '../limits.ts'
import { ownBroker } from '../own-broker.ts'
import type { HistoryView, RateSample, RateSpan, RatesView, SnapshotView } from '../views.ts'
import type { EventStream } from './event-stream.ts'
import { ProcessMeter } from './process-meter.ts'
import { RateSpans } from './rate-spans.ts'

const INTERVAL_MS = 1000

type FeedSources = Pick<Sources, 'broker' | 'config' | 'fleet' | 'bridges' | 'clock'>

export class LiveFeed {
  readonly #sources: FeedSources
  readonly #title: string
  readonly #streams = new Set<EventStream>()
  readonly #spans: RateSpans
  readonly #own: BrokerControl | undefined
  readonly #meter = new ProcessMeter()
  readonly #task = new Task((now) => this.#handleTimeout(now))

  constructor(sources: FeedSources, title: string) {
    this.#sources = sources
    this.#title = title
    this.#own = ownBroker(sources.broker)
    const { messagesIn = 0, messagesOut = 0 } = sources.broker?.stats() ?? {}
    this.#spans = new RateSpans(sources.clock.now(), messagesIn, messagesOut)
  }

  start(): void {
    const { clock } = this.#sources
    this.#meter.start()
    clock.schedule(clock.now() + INTERVAL_MS, this.#task)
  }

  stop(): void {
    this.#sources.clock.cancel(this.#task)
    this.#meter.stop()
    for (const stream of this.#streams) stream.end()
    this.#streams.clear()
  }

  /** @throws ConsoleError `ERR_CONSOLE_FEEDS_FULL` when too many streams are open. */
  checkRoom(): void {
    if (this.#streams.size < FEEDS_MAX) return
    const message = `${FEEDS_MAX} event streams are open already`
    throw new ConsoleError('ERR_CONSOLE_FEEDS_FULL', message)
  }

  add(stream: EventStream): void {
    this.#streams.add(stream)
    const history: HistoryView = { samples: this.#spans.of('5m').samples }
    stream.offer('history', JSON.stringify(history))
    stream.offer('snapshot', JSON.stringify(this.#snapshot()))
  }

  remove(stream: EventStream): void {
    this.#streams.delete(stream)
  }

  /** Message rates over the last second. */
  rates(): RateSample {
    return this.#spans.newest()
  }

  /** Message rates of some time, oldest first. */
  ratesOf(span: RateSpan): RatesView {
    return this.#spans.of(span)
  }

  #handleTimeout(now: number): void {
    const { broker, clock } = this.#sources
    if (broker !== undefined) {
      const { messagesIn, messagesOut } = broker.stats()
      this.#spans.add(now, Date.now(), messagesIn, messagesOut)
    }
    this.#meter.sample()
    if (this.#streams.size > 0) {
      const json = JSON.stringify(this.#snapshot())
      for (const stream of this.#streams) stream.offer('snapshot', json)
    }
    clock.schedule(now + INTERVAL_MS, this.#task)
  }

  #snapshot(): SnapshotView {
    const { broker, config, fleet, bridges } = this.#sources
    return {
      at: Date.now(),
      title: this.#title,
      hosts: this.#own?.hosts() ?? [],
      process: this.#meter.view(this.#own?.storeBytes),
      broker: broker === undefined ? null : brokerView(broker.stats(), this.rates()),
      fleet: fleet.view() ?? null,
      mayStartFleet: fleet.mayStart,
      hasConfig: config !== undefined,
      bridges: bridges(),
    }
  }
}
