// The client's session: a pure state machine. Bytes, events and `now` go in; bytes
// (`pollTransmit`), a deadline (`pollTimeout`) and notices (SessionHandler) come out. It owns the
// link's state, keepalive and reconnect timing; Handshake knows what CONNECT says, Reception takes
// what the server sends, Delivery what the application does. It does not know channels, clocks,
// promises or sockets.
//
// After each input the driver asks pollTransmit until it answers undefined, then pollTimeout.

import { encodePacket, PacketDecoder, peerDiagnosis, writePing } from '../codec/index.ts'
import type { ControlPacket, Properties, ProtocolError } from '../codec/index.ts'
import { LinkError } from '../errors.ts'
import type { MotewireError } from '../errors.ts'
import { Prng } from '../kit/index.ts'
import type { StoredSession } from '../store/store.ts'
import { Backoff } from './backoff.ts'
import { ByteBudget } from './byte-budget.ts'
import type { Capabilities } from './capabilities.ts'
import { CommitGate } from './commit-gate.ts'
import { Delivery } from './delivery.ts'
import { Handshake } from './handshake.ts'
import type { ConnectChanges } from './handshake.ts'
import { IdleProbe } from './idle-probe.ts'
import { Keepalive } from './keepalive.ts'
import { nextLinkState } from './link.ts'
import type { LinkEvent, LinkState } from './link.ts'
import { PacketIds } from './packet-ids.ts'
import { Reception } from './reception.ts'
import type { LinkControl } from './reception.ts'
import { RoundTrip } from './round-trip.ts'
import type { SessionHandler } from './session-handler.ts'
import type { SessionOptions, SessionSettings } from './session-options.ts'
import { SessionCounters } from './statistics.ts'
import { Subscriptions } from './subscriptions.ts'
import type { Operation } from './subscriptions.ts'
import { TransmitBuffer } from './transmit-buffer.ts'
import { isServersDoing, protocolFaultError, retryOf } from './verdicts.ts'

export class Session implements LinkControl {
  readonly counters: SessionCounters = new SessionCounters()
  readonly roundTrip: RoundTrip = new RoundTrip()
  /** Messages on their way out; `publish` is its. */
  readonly delivery: Delivery
  /** Messages on their way in; `defer` and `redeem` are its. */
  readonly reception: Reception
  /** What CONNECT says and CONNACK meant: version, identifier, session. */
  readonly handshake: Handshake
  readonly #settings: SessionSettings
  readonly #seed: number | string
  readonly #handler: SessionHandler
  readonly #transmit = new TransmitBuffer()
  readonly #gate: CommitGate | undefined
  readonly #ids = new PacketIds()
  /** Made by the first subscribe: many devices only publish. */
  subscriptions: Subscriptions | undefined
  readonly #keepalive: Keepalive
  /** Made when a link ends for the first time. */
  #backoff: Backoff | undefined
  readonly #decoder: PacketDecoder
  #state: LinkState = 'idle'
  #capabilities: Capabilities | undefined
  /** Deadline of the state: next attempt, or end of patience for open and CONNACK. */
  #stateDeadlineMs = Infinity
  #onlineSinceMs = 0
  /** Bytes of the write that is under way; 0 when none is. */
  #writingBytes = 0
  /** Time of the input that is being handled, for the decoder's calls. */
  #now = 0

  constructor({ connect, seed, settings }: SessionOptions, handler: SessionHandler) {
    this.#settings = settings
    this.#seed = seed
    this.#handler = handler
    this.handshake = new Handshake(connect, settings)
    const { store, idleProbe } = settings
    this.#gate = store && new CommitGate(store, this.#transmit)
    this.#keepalive = new Keepalive(this.roundTrip, idleProbe && new IdleProbe(idleProbe))
    const parts = {
      transmit: this.#transmit,
      ids: this.#ids,
      counters: this.counters,
      roundTrip: this.roundTrip,
      handler,
      budget: settings.budget && new ByteBudget(settings.budget),
    }
    this.delivery = new Delivery(settings, parts)
    this.reception = new Reception(settings, this, {
      ...parts,
      handshake: this.handshake,
      delivery: this.delivery,
      keepalive: this.#keepalive,
    })
    this.#decoder = new PacketDecoder('client', this.reception, {
      packetBytesMax: settings.packetBytesMax,
      problemInformation: connect.properties?.requestProblemInformation !== false,
    })
  }

  get state(): LinkState {
    return this.#state
  }

  get clientId(): string {
    return this.handshake.clientId
  }

  get capabilities(): Capabilities | undefined {
    return this.#capabilities
  }

  /** Whether everything that was published has left and is acknowledged. */
  get isDrained(): boolean {
    return this.delivery.outbox.size === 0 && this.#transmit.pendingBytes === 0
  }

  /** Bytes waiting to be written; the driver stops reading when the peer makes it grow. */
  get transmitBytes(): number {
    return this.#transmit.pendingBytes
  }

  // Commands.

  /** Puts back what an earlier life of the session left in its store; before `start`. */
  restore(stored: StoredSession): void {
    this.delivery.restore(stored)
    this.reception.restore(stored.receipts)
    if (stored.identity === undefined) return
    this.handshake.restore(stored.identity, this.delivery.log.wallOffsetMs)
  }

  /** Dials, also while a later attempt is planned. */
  start(now: number): void {
    this.#dial('start', now)
  }

  /** What the attempts from here on say differently: fresh credentials, for example. */
  change(changes: ConnectChanges): void {
    this.handshake.change(changes)
  }

  /** Subscribes or unsubscribes, now or when there is a link; false when too many wait already. */
  operate(operation: Operation): boolean {
    this.subscriptions ??= new Subscriptions(this.#ids)
    if (!this.subscriptions.enqueue(operation)) return false
    this.sendOperations()
    return true
  }

  /** Begins to authenticate anew on this connection; false when that is not possible now. */
  reauthenticate(): boolean {
    const packet =
      this.#state === 'online' ? this.handshake.authentication?.beginAgain() : undefined
    if (packet === undefined) return false
    this.send(packet)
    return true
  }

  /** Says DISCONNECT if there is anybody to say it to, and ends for good. */
  end(reasonCode: number, properties: Properties | undefined): void {
    if (this.#state === 'ended') return
    const wasOnline = this.#state === 'online'
    if (wasOnline) {
      this.#saveIdentity(this.#now)
      this.send({ type: 'disconnect', reasonCode, ...(properties && { properties }) })
    }
    const wasLinked = wasOnline || this.#state === 'dialing' || this.#state === 'greeting'
    this.#enter('end')
    this.#stateDeadlineMs = Infinity
    this.#keepalive.stop()
    this.#decoder.stop()
    this.delivery.abandon()
    for (const operation of this.subscriptions?.abandon() ?? []) {
      if (operation.token !== undefined) this.#handler.onOperation(operation, undefined)
    }
    if (wasLinked) this.#handler.onHangup(wasOnline ? 'flush' : 'abort')
  }

  // Inputs.

  /** The attempt has to wait for its turn (patience does not count yet), or begins now. */
  handleDialing(isHeld: boolean, now: number): void {
    if (this.#state !== 'dialing') return
    this.#stateDeadlineMs = isHeld ? Infinity : now + this.#settings.connectTimeoutMs
  }

  /** The channel is open: CONNECT goes first. */
  handleOpen(now: number): void {
    if (!this.#enter('open')) return
    this.#now = now
    const packet = this.handshake.packet()
    this.#decoder.reset(packet.protocolVersion)
    this.#transmit.clear()
    this.#writingBytes = 0
    this.#gate?.reset()
    this.#stateDeadlineMs = now + this.#settings.connectTimeoutMs
    this.#transmit.append(encodePacket(packet, packet.protocolVersion))
  }

  handleBytes(bytes: Uint8Array, now: number): void {
    if (this.#state !== 'greeting' && this.#state !== 'online') return
    this.#now = now
    this.counters.bytesReceived += bytes.length
    this.#keepalive.handleReceived(now)
    const fault = this.#decoder.feed(bytes)
    if (fault !== undefined) this.fail(fault, this.#state === 'greeting' ? bytes : undefined)
  }

  /** The bytes of the last pollTransmit are written. */
  handleTransmitted(now: number): void {
    if (this.#writingBytes === 0) return
    this.counters.bytesSent += this.#writingBytes
    this.#transmit.release(this.#writingBytes)
    this.#writingBytes = 0
    this.#keepalive.handleSent(now)
    this.delivery.pump(now)
  }

  /** The store has made durable what it was told before it answered false. */
  handleCommitted(): void {
    this.#gate?.handleCommitted()
  }

  /** The channel has ended or could not be opened. */
  handleClose(cause: MotewireError | undefined, now: number): void {
    if (this.#state === 'ended' || this.#state === 'waiting' || this.#state === 'idle') return
    this.#now = now
    const isEarly = this.#state === 'greeting'
    const what = `server closed the connection${isEarly ? ' before CONNACK' : ''}`
    const isStepped = isEarly && this.handshake.handleClosedEarly()
    this.#lose(cause ?? new LinkError('ERR_LINK_CLOSED', what), now, isStepped)
  }

  /** The driver reads (or reads again), or stops: silence then is our own doing. */
  handleReading(isReading: boolean, now: number): void {
    this.#keepalive.setReading(isReading, now)
  }

  /** The machine slept for `ms` that no clock of ours counted. */
  handleSleep(ms: number, now: number): void {
    this.#now = now
    this.handshake.age(ms)
    this.delivery.age(ms)
    if (this.#state === 'online' && this.#keepalive.demandPing()) this.#sendPing()
    else if (this.#state === 'waiting' && this.#stateDeadlineMs !== Infinity) this.#dial('due', now)
  }

  handleTimeout(now: number): void {
    this.#now = now
    this.delivery.handleTimeout(now)
    if (now >= this.#stateDeadlineMs) {
      if (this.#state === 'waiting') return this.#dial('due', now)
      const what = this.#state === 'dialing' ? 'no connection' : 'no CONNACK'
      const waited = `${what} within ${this.#settings.connectTimeoutMs} ms`
      return this.drop(new LinkError('ERR_LINK_TIMEOUT', waited))
    }
    if (this.#state !== 'online') return
    if (this.#keepalive.isExpired(now)) {
      this.#keepalive.handleExpired()
      const silent = 'server answered no PINGREQ in time'
      return this.drop(new LinkError('ERR_KEEPALIVE_TIMEOUT', silent))
    }
    if (!this.#keepalive.isPingDue(now)) return
    this.#keepalive.handlePingQueued()
    this.#sendPing()
  }

  // Outputs.

  /**
   * The next bytes to write, or undefined; answer with handleTransmitted when they are gone.
   * @param isLast the connection ends with them: they do not wait for the store.
   */
  pollTransmit(isLast: boolean = false): Uint8Array | undefined {
    if (this.#writingBytes !== 0 || !this.#transmit.isReady) return undefined
    if (!isLast && this.#gate?.pass() === false) return undefined
    const bytes = this.#transmit.poll()
    if (bytes !== undefined) this.#writingBytes = bytes.length
    return bytes
  }

  /** When handleTimeout is due; Infinity when nothing is. */
  pollTimeout(): number {
    const own = this.#state === 'online' ? this.#keepalive.deadlineMs() : this.#stateDeadlineMs
    return Math.min(own, this.#state === 'ended' ? Infinity : this.delivery.deadlineMs())
  }

  // The link.

  get now(): number {
    return this.#now
  }

  /** CONNACK accepted: the connection is up. */
  accept(capabilities: Capabilities): void {
    this.#enter('accept')
    this.#capabilities = capabilities
    this.#stateDeadlineMs = Infinity
    this.#onlineSinceMs = this.#now
    this.counters.connects++
    this.roundTrip.reset()
    const intervalMs = capabilities.keepalive * 1000
    this.#keepalive.start(intervalMs, this.#settings.pingTimeoutMs, this.#now)
    this.#saveIdentity(this.#now)
  }

  /** The peer broke the protocol: tell it why (5.0), then close. */
  fail({ reasonCode, message }: ProtocolError, firstBytes?: Uint8Array): void {
    const speaks = firstBytes && peerDiagnosis(firstBytes)
    const isSaying = this.#state === 'online' && this.handshake.protocolVersion === 5
    if (isSaying) this.send({ type: 'disconnect', reasonCode })
    const what = speaks === undefined ? message : `the other side is no MQTT server: it ${speaks}`
    this.drop(protocolFaultError({ reasonCode, message: what }), isSaying ? 'flush' : 'abort')
  }

  /** Ends the connection from our side and plans the next one; at once when `isStepped`. */
  drop(cause: MotewireError, how: 'flush' | 'abort' = 'abort', isStepped: boolean = false): void {
    this.#decoder.stop()
    this.#handler.onHangup(how)
    this.#lose(cause, this.#now, isStepped)
  }

  send(packet: ControlPacket): void {
    const { protocolVersion } = this.handshake
    let bytes = encodePacket(packet, protocolVersion)
    // What is too large for the server goes without its explanation [MQTT5-3.14.2-3].
    const isTooLarge = bytes.length > (this.#capabilities?.packetBytesMax ?? Infinity)
    if (isTooLarge) bytes = encodePacket({ ...packet, properties: {} }, protocolVersion)
    this.#transmit.append(bytes)
  }

  /** Sends the operations that wait. */
  sendOperations(): void {
    if (this.#capabilities === undefined || this.subscriptions === undefined) return
    const refused = this.subscriptions.send(this.#transmit, this.#capabilities)
    for (const { operation, reasonCodes } of refused) {
      if (operation.token !== undefined) this.#handler.onOperation(operation, reasonCodes)
    }
  }

  #sendPing(): void {
    this.counters.pingsSent++
    this.#transmit.reserve(2)
    this.#transmit.end = writePing(this.#transmit.buffer, this.#transmit.end, 12)
  }

  #enter(event: LinkEvent): boolean {
    const next = nextLinkState(this.#state, event)
    if (next === undefined) return false
    this.#state = next
    return true
  }

  #dial(event: 'start' | 'due', now: number): void {
    if (!this.#enter(event)) return
    this.#now = now
    if (this.handshake.isSessionOver(now)) {
      this.handshake.forgetSession()
      this.delivery.forgetServer()
      this.reception.forgetServer()
    }
    this.#stateDeadlineMs = now + this.#settings.connectTimeoutMs
    this.#handler.onDial()
  }

  #saveIdentity(now: number): void {
    const { store } = this.#settings
    store?.saveIdentity(this.handshake.identity(now + this.delivery.log.wallOffsetMs))
  }

  #lose(cause: MotewireError, now: number, isStepped: boolean): void {
    const wasOnline = this.#state === 'online'
    if (!this.#enter('lost')) return
    this.#decoder.stop()
    this.#transmit.clear()
    this.#writingBytes = 0
    this.#keepalive.stop()
    this.#capabilities = undefined
    this.delivery.handleOffline(isServersDoing(cause))
    this.subscriptions?.handleOffline()
    if (wasOnline) {
      this.counters.losses++
      this.handshake.handleOffline(now)
      this.#saveIdentity(now)
      this.#backoff?.handleConnectionEnd(now - this.#onlineSinceMs)
    }
    const delay = this.#delayBefore(cause, isStepped)
    this.#stateDeadlineMs = delay === undefined ? Infinity : now + delay
    this.#handler.onOffline(cause, delay)
  }

  /** How long to wait before the next attempt; undefined: there is none. */
  #delayBefore(cause: MotewireError, isStepped: boolean): number | undefined {
    const { backoff, classify } = this.#settings
    if (backoff.baseMs === 0) return undefined
    // Another version, or a clean start: it is the answer to this very refusal.
    if (isStepped) return 0
    const retry = classify?.(cause) ?? retryOf(cause)
    this.#backoff ??= new Backoff(backoff, new Prng(this.#seed))
    return retry === 'stop' ? undefined : this.#backoff.nextDelayMs(retry === 'throttle')
  }
}
