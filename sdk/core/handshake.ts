// The client's side of CONNECT and CONNACK over the life of a session: which version is offered,
// under which name, with or without Clean Start, and what an answer means. It remembers what has to
// outlive a connection: the assigned client identifier, whether the server holds a session of ours
// and until when. It knows no bytes and no link.

import type { ConnackPacket, ConnectPacket, Properties, ProtocolVersion } from '../codec/index.ts'
import { PeerError } from '../errors.ts'
import type { SessionIdentity } from '../store/store.ts'
import { Authentication } from './authentication.ts'
import { capabilitiesOf } from './capabilities.ts'
import type { Capabilities } from './capabilities.ts'
import type { SessionSettings } from './session-options.ts'
import { protocolFaultError, refusalError } from './verdicts.ts'

/** What a CONNACK means. */
export type Verdict =
  | {
      readonly error?: undefined
      readonly capabilities: Capabilities
      /** The server goes on with the session we know. */
      readonly isSessionKept: boolean
    }
  | {
      readonly error: PeerError
      /** The next attempt differs from this one and may follow at once. */
      readonly isStepped: boolean
    }

/** What an attempt may say differently: fresh credentials, a new token. */
export type ConnectChanges = Partial<Pick<ConnectPacket, 'username' | 'password' | 'will'>>

export const NO_CHANGES: ConnectChanges = {}

/** "Unsupported protocol version" of 3.x and 5.0. */
const UNSUPPORTED = [1, 0x84]
const CLIENT_ID_CHARS_MAX_31 = 23
const NEVER_EXPIRES = 0xffffffff

export class Handshake {
  readonly #settings: SessionSettings
  readonly authentication: Authentication | undefined
  #connect: ConnectPacket
  #clientId: string
  #step = 0
  /** A connection at this version was accepted: the ladder is not for it any more. */
  #isVersionKnown = false
  /** We hold the state of a session that the server may hold too. */
  #hasSession = false
  #mustBeginClean = false
  #sessionExpiryS = 0
  #seenAtMs = 0
  /** Whether the CONNECT that is out there asked for a clean start. */
  #isCleanAsked = false

  constructor(connect: ConnectPacket, settings: SessionSettings) {
    this.#settings = settings
    this.#connect = connect
    this.#clientId = connect.clientId
    const { authenticator } = settings
    this.authentication = authenticator && new Authentication(authenticator)
  }

  get clientId(): string {
    return this.#clientId
  }

  get protocolVersion(): ProtocolVersion {
    return this.#settings.protocolVersions[this.#step]!
  }

  get sessionExpiryS(): number {
    return this.#sessionExpiryS
  }

  /** Properties that every CONNECT carries. */
  get properties(): Properties | undefined {
    return this.#connect.properties
  }

  /** What goes to the store. `wallMs` is the wall time of now. */
  identity(wallMs: number): SessionIdentity {
    return { clientId: this.#clientId, expiryS: this.#sessionExpiryS, seenAtWallMs: wallMs }
  }

  /** What an earlier life left. */
  restore(identity: SessionIdentity, wallOffsetMs: number): void {
    if (this.#clientId === '') this.#clientId = identity.clientId
    this.#hasSession = identity.clientId === this.#clientId
    this.#sessionExpiryS = identity.expiryS
    this.#seenAtMs = identity.seenAtWallMs - wallOffsetMs
  }

  /** Credentials and the like for the next attempts. */
  change(changes: ConnectChanges): void {
    if (changes !== NO_CHANGES) this.#connect = { ...this.#connect, ...changes }
  }

  /** The connection was up until now. */
  handleOffline(now: number): void {
    this.#seenAtMs = now
  }

  /** The machine slept: the server's clock went on. */
  age(ms: number): void {
    this.#seenAtMs -= ms
  }

  /** The server has thrown our session away by now, whatever it says [MQTT5-3.1.2-23]. */
  isSessionOver(now: number): boolean {
    return this.#hasSession && now - this.#seenAtMs > this.#sessionExpiryS * 1000
  }

  /** Ours is over: the server's, if there still is one, must not come back. */
  forgetSession(): void {
    this.#hasSession = false
    this.#mustBeginClean = true
  }

  /** The CONNECT of the next attempt. */
  packet(): ConnectPacket {
    const { protocolVersion } = this
    const base = this.#connect
    // 5.0 can go on with a session of ours though the first CONNECT was clean.
    const isResumable = this.#hasSession && protocolVersion === 5 && this.#sessionExpiryS > 0
    const clean = this.#mustBeginClean || (base.clean && !isResumable)
    this.#isCleanAsked = clean
    const properties =
      this.authentication === undefined
        ? base.properties
        : { ...base.properties, ...this.authentication.begin() }
    const { properties: _own, ...rest } = base
    return {
      ...rest,
      protocolVersion,
      clientId: this.#clientId,
      clean,
      ...(properties === undefined ? {} : { properties }),
    }
  }

  /** The server closed before it answered: it may not know the version [MQTT311 3.1.2.2]. */
  handleClosedEarly(): boolean {
    return this.#stepDown()
  }

  judge(connack: ConnackPacket): Verdict {
    const version = this.protocolVersion
    const { reasonCode, sessionPresent } = connack
    if (reasonCode !== 0) {
      const isStepped = UNSUPPORTED.includes(reasonCode) && this.#stepDown()
      return { error: refusalError(connack), isStepped }
    }
    if (sessionPresent && this.#isCleanAsked) {
      return refused('session present after a clean start')
    }
    // A session of the server's without one of ours cannot be continued [MQTT5-3.2.2-4]: its
    // Packet Identifiers would collide with ours. The next attempt begins anew.
    if (sessionPresent && !this.#hasSession && !this.#settings.adoptSession) {
      this.#mustBeginClean = true
      return this.#beginAnew('that is not known here')
    }
    // A 3.x session that began clean ends with its connection: this one only threw the old away.
    if (version < 5 && this.#isCleanAsked && !this.#connect.clean) {
      this.#mustBeginClean = false
      return this.#beginAnew('that it has thrown away now')
    }
    const capabilities = capabilitiesOf(connack, version, this.#settings)
    // MQTT 3.1 has no Session Present: who asked for the old session has to believe in it.
    const isKept = version === 3 ? this.#hasSession && !this.#isCleanAsked : sessionPresent
    this.#accept(connack, capabilities)
    return { capabilities, isSessionKept: isKept }
  }

  /** The next connection follows at once, and does it differently. */
  #beginAnew(which: string): Verdict {
    const message = `server has a session of '${this.#clientId}' ${which}`
    const error = new PeerError('ERR_SESSION_UNKNOWN', message, 0x82, { retryable: true })
    return { error, isStepped: true }
  }

  #accept({ properties }: ConnackPacket, capabilities: Capabilities): void {
    this.#clientId = capabilities.assignedClientId ?? this.#clientId
    this.#isVersionKnown = true
    this.#hasSession = true
    this.#mustBeginClean = false
    const asked = this.#connect.properties?.sessionExpiryInterval ?? 0
    const given = properties?.sessionExpiryInterval ?? asked
    if (capabilities.protocolVersion < 5) this.#sessionExpiryS = this.#isCleanAsked ? 0 : Infinity
    else this.#sessionExpiryS = given === NEVER_EXPIRES ? Infinity : given
  }

  /** Down the ladder of versions; back to its top when it ends. */
  #stepDown(): boolean {
    const { protocolVersions } = this.#settings
    if (this.#isVersionKnown || protocolVersions.length === 1) return false
    const next = this.#step + 1
    const isTooLong = this.#clientId.length > CLIENT_ID_CHARS_MAX_31
    const isOver = next === protocolVersions.length || (protocolVersions[next] === 3 && isTooLong)
    this.#step = isOver ? 0 : next
    return !isOver
  }
}

function refused(message: string): Verdict {
  return { error: protocolFaultError({ reasonCode: 0x82, message }), isStepped: false }
}
