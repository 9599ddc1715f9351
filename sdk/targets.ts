// Where the next attempt goes and as whom: one broker or several in turn, credentials fetched anew
// for each attempt, a redirection that the server asked for. It opens nothing itself.

import type { ByteChannel } from './channel/index.ts'
import { NO_CHANGES } from './core/index.ts'
import type { ConnectChanges } from './core/index.ts'
import { brokerUrl, channelOpener } from './dial.ts'
import type { LinkOptions } from './dial.ts'
import { PeerError } from './errors.ts'
import type { MotewireError } from './errors.ts'

/** What `credentials` is told. */
export interface AttemptContext {
  readonly url: string
  /** Counts from 1 over the life of the client. */
  readonly attempt: number
  /** Why the last attempt or connection ended. */
  readonly cause: MotewireError | undefined
}

/** What `credentials` answers; what is left out stays as it was. */
export interface Credentials {
  readonly username?: string
  readonly password?: string | Uint8Array
  /** Go there this time: a signed WebSocket URL, for example. */
  readonly url?: string
}

export type CredentialsProvider = (context: AttemptContext) => Credentials | Promise<Credentials>

export interface TargetOptions extends LinkOptions {
  /** Asked before each attempt: fresh tokens, another URL. When it throws, that is tried again. */
  readonly credentials?: CredentialsProvider
  /** Whether a server may send us elsewhere (0x9C, 0x9D). Default 'report': as an error only. */
  readonly serverRedirect?: 'follow' | 'report'
}

export interface Attempt {
  readonly open: () => ByteChannel
  readonly changes: ConnectChanges
}

/** Redirections in a row that are followed. */
const HOPS_MAX = 3
/** Use another server, Server moved [MQTT5 4.11]. */
const REDIRECTIONS = [0x9c, 0x9d]

/** A broker; its URL as text, because a URL object holds several hundred bytes. */
interface Target {
  readonly text: string
  /** User name and password as they stand in the URL. */
  readonly credentials: ConnectChanges
  readonly open: () => ByteChannel
}

const NO_OPTIONS: TargetOptions = {}
/** The last broker that is reached without options of the link: a fleet's clients share it. */
let lastPlain: readonly Target[] | undefined

export class Targets {
  readonly #options: TargetOptions
  readonly #targets: readonly Target[]
  #position = 0
  #redirected: Target | undefined
  #hops = 0
  #attempts = 0
  #cause: MotewireError | undefined

  /** @throws UsageError ERR_URL_INVALID. */
  constructor(urls: readonly (string | URL)[], options: TargetOptions) {
    const [only] = urls
    const isPlain = urls.length === 1 && typeof only === 'string' && isReachedPlainly(only, options)
    // What such a client was given is of no use later on, so it is not held.
    this.#options = isPlain ? NO_OPTIONS : options
    if (isPlain && lastPlain?.[0]?.text === only) this.#targets = lastPlain
    else this.#targets = urls.map((url) => this.#target(url))
    if (isPlain) lastPlain = this.#targets
  }

  /** What the first URL says of who we are. */
  get credentials(): ConnectChanges {
    return this.#targets[0]!.credentials
  }

  get attempts(): number {
    return this.#attempts
  }

  /** The next attempt; a promise only when the credentials are one. */
  prepare(): Attempt | Promise<Attempt> {
    const { credentials } = this.#options
    const target = this.#redirected ?? this.#targets[this.#position]!
    this.#attempts++
    const own = target.credentials
    if (credentials === undefined) return { open: target.open, changes: own }
    const context = { url: target.text, attempt: this.#attempts, cause: this.#cause }
    const finish = ({ url, ...changes }: Credentials): Attempt => ({
      open: url === undefined ? target.open : this.#target(url).open,
      changes: { ...own, ...changes },
    })
    const given = credentials(context)
    return 'then' in given ? given.then(finish) : finish(given)
  }

  handleOnline(): void {
    this.#hops = 0
  }

  /**
   * A connection or an attempt has ended.
   * @returns whether to go elsewhere at once, because the server said so.
   */
  handleEnd(cause: MotewireError | undefined, wasOnline: boolean): boolean {
    this.#cause = cause
    if (cause instanceof PeerError && this.#follow(cause)) return true
    // A connection that was up is worth another try; a refused attempt goes on to the next broker.
    if (!wasOnline) {
      this.#redirected = undefined
      this.#position = (this.#position + 1) % this.#targets.length
    }
    return false
  }

  #follow({ reasonCode, serverReference }: PeerError): boolean {
    const mayFollow = this.#options.serverRedirect === 'follow' && this.#hops < HOPS_MAX
    if (!mayFollow || !REDIRECTIONS.includes(reasonCode) || !serverReference) return false
    // Several may stand there, separated by spaces [MQTT5 4.11]; the first one counts.
    const [reference = ''] = serverReference.split(' ')
    const from = this.#redirected ?? this.#targets[this.#position]!
    const url = `${new URL(from.text).protocol}//${reference.replace(/^[a-z]+:\/\//, '')}`
    if (!URL.canParse(url)) return false
    this.#hops++
    this.#redirected = this.#target(url)
    return true
  }

  #target(text: string | URL): Target {
    const url = brokerUrl(text)
    const open = channelOpener(url, this.#options)
    return { text: String(text), credentials: credentialsOf(url), open }
  }
}

function isReachedPlainly(url: string, options: TargetOptions): boolean {
  const { localAddress, family, proxy, openChannel, credentials, serverRedirect } = options
  const isBare = localAddress === undefined && family === undefined && proxy === undefined
  const stays = credentials === undefined && serverRedirect !== 'follow'
  return isBare && stays && openChannel === undefined && /^(mqtt|tcp):/.test(url)
}

function credentialsOf({ username, password }: URL): ConnectChanges {
  if (username === '' && password === '') return NO_CHANGES
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
  }
}
