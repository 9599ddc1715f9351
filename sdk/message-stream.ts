// Received messages as an async iterator: each is acknowledged when the next one is asked for, so a
// loop that is slow holds the server back instead of filling memory.

import type { Message } from './client-types.ts'
import type { Inbox } from './inbox.ts'

interface Waiting {
  readonly message: Message
  /** The loop is done with it. */
  readonly done: () => void
}

export class MessageStream implements AsyncIterableIterator<Message> {
  readonly #stop: () => void
  readonly #handleEnd: () => void
  readonly #waiting: Waiting[] = []
  #taken: (() => void) | undefined
  #wake: ((result: IteratorResult<Message>) => void) | undefined
  #isOver = false

  constructor(inbox: Inbox, filter: string, handleEnd: () => void) {
    this.#handleEnd = handleEnd
    this.#stop = inbox.add(filter, (topic, payload, packet) => {
      // The promise stands for the loop: it settles when the loop is done with the message.
      return new Promise((done) => this.#push({ message: { topic, payload, packet }, done }))
    })
  }

  next(): Promise<IteratorResult<Message>> {
    this.#taken?.()
    this.#taken = undefined
    const first = this.#waiting.shift()
    if (first !== undefined) return Promise.resolve(this.#take(first))
    if (this.#isOver) return Promise.resolve({ value: undefined, done: true })
    return new Promise((resolve) => (this.#wake = resolve))
  }

  /** Ends the loop; messages that it has not seen count as done. */
  return(): Promise<IteratorResult<Message>> {
    this.end()
    this.#taken?.()
    for (const { done } of this.#waiting.splice(0)) done()
    return Promise.resolve({ value: undefined, done: true })
  }

  /** No more messages come: the loop ends after those that wait. */
  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#stop()
    this.#handleEnd()
    this.#wake?.({ value: undefined, done: true })
    this.#wake = undefined
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #push(waiting: Waiting): void {
    const wake = this.#wake
    if (wake === undefined) {
      this.#waiting.push(waiting)
      return
    }
    this.#wake = undefined
    wake(this.#take(waiting))
  }

  #take({ message, done }: Waiting): IteratorResult<Message> {
    this.#taken = done
    return { value: message, done: false }
  }
}
