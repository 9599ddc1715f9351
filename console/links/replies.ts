// Answers by itself what comes on a link, as rules say, after a delay. What waits is bounded
// (REPLIES_WAITING_MAX). It knows who asked, and neither log nor socket.

import { Task } from '@motewire/sdk'
import type { Clock } from '@motewire/sdk'
import { REPLIES_WAITING_MAX } from '../limits.ts'
import type { ReplyRule } from '../link-views.ts'
import type { Match } from './reply-template.ts'

/** What a pattern stood for each time it came, told what comes. */
export interface RuleSearch {
  find(bytes: Uint8Array): readonly Match[]
  /** Whether it took too long and is over for good. */
  readonly isOver?: boolean
}

/** A rule that was read. */
export interface ReadRule {
  readonly view: ReplyRule
  /** Finds what the rule answers, in the bytes of one peer. */
  readonly makeSearch: () => RuleSearch
  readonly replyTo: (match: Match) => Uint8Array
}

export class Replies {
  readonly #clock: Clock
  readonly #send: (reply: Uint8Array, peer: string) => void
  #rules: readonly ReadRule[] = []
  /** By peer, one a rule. */
  readonly #searches = new Map<string, RuleSearch[]>()
  readonly #stopped = new Set<number>()
  readonly #waiting = new Set<Task>()
  #sent = 0

  constructor(clock: Clock, send: (reply: Uint8Array, peer: string) => void) {
    this.#clock = clock
    this.#send = send
  }

  get rules(): readonly ReadRule[] {
    return this.#rules
  }

  set rules(rules: readonly ReadRule[]) {
    this.#rules = rules
    this.#searches.clear()
    this.#stopped.clear()
  }

  /** Positions of rules that are off, because they took too long. */
  get stopped(): readonly number[] {
    return [...this.#stopped]
  }

  get sent(): number {
    return this.#sent
  }

  handleBytes(bytes: Uint8Array, peer: string): void {
    if (this.#rules.length === 0) return
    let searches = this.#searches.get(peer)
    if (searches === undefined) {
      searches = this.#rules.map(({ makeSearch }) => makeSearch())
      this.#searches.set(peer, searches)
    }
    for (const [index, rule] of this.#rules.entries()) {
      const search = searches[index]
      if (search === undefined || this.#stopped.has(index)) continue
      const found = search.find(bytes)
      if (search.isOver === true) this.#stopped.add(index)
      for (const match of found) this.#plan(rule, match, peer)
    }
  }

  forget(peer: string): void {
    this.#searches.delete(peer)
  }

  stop(): void {
    for (const task of this.#waiting) this.#clock.cancel(task)
    this.#waiting.clear()
    this.#searches.clear()
  }

  /** Never from inside the call that brought the bytes: a reply may bring further ones. */
  #plan({ replyTo, view }: ReadRule, match: Match, peer: string): void {
    if (this.#waiting.size >= REPLIES_WAITING_MAX) return
    const reply = replyTo(match)
    const task = new Task(() => {
      this.#waiting.delete(task)
      this.#sent++
      this.#send(reply, peer)
    })
    this.#waiting.add(task)
    this.#clock.schedule(this.#clock.now() + view.delayMs, task)
  }
}
