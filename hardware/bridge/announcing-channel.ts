// A channel that says something by itself besides what it is given: who it is (registration), and
// that it is still there (heartbeat), as serial servers on the market do. Packets of its own never
// stand inside of a piece that it is given. It knows neither ports nor networks.
//
// Bound: one packet of its own is on its way, and one piece of the writer's waits behind it.

import { Task } from '@motewire/sdk'
import type { ByteChannel, ChannelHandler, Clock, LinkError } from '@motewire/sdk'
import { wallTimeOf } from '../wall-time.ts'
import type { PacketTemplate } from './packet-template.ts'
import { checkRange } from './timing.ts'

export interface Registration {
  readonly packet: PacketTemplate
  /** Once when connected, in front of each piece that is sent, or both. Default `connect`. */
  readonly when?: 'connect' | 'packet' | 'both'
}

export interface Heartbeat {
  readonly packet: PacketTemplate
  /** Sent when nothing else was for so long. 100 to 65,535,000 ms. */
  readonly everyMs: number
}

export interface Announcements {
  readonly registration?: Registration | undefined
  readonly heartbeat?: Heartbeat | undefined
}

const EVERY_MS_MAX = 65_535_000

/** @throws UsageError `ERR_OPTION_INVALID` when a time is outside of its range. */
export function checkAnnouncements({ heartbeat }: Announcements): void {
  if (heartbeat !== undefined) checkRange('everyMs', heartbeat.everyMs, 100, EVERY_MS_MAX)
}

/** The channel as it is when there is nothing to announce. */
export function announceOn(channel: ByteChannel, what: Announcements, clock: Clock): ByteChannel {
  const { registration, heartbeat } = what
  if (registration === undefined && heartbeat === undefined) return channel
  return new AnnouncingChannel(channel, what, clock)
}

class AnnouncingChannel implements ByteChannel {
  readonly name: string
  readonly #channel: ByteChannel
  readonly #clock: Clock
  readonly #registration: Registration | undefined
  readonly #heartbeat: Heartbeat | undefined
  readonly #task = new Task(() => this.#beat())
  #handler: ChannelHandler | undefined
  /** Whose buffer the channel keeps. */
  #keeps: 'nothing' | 'given' | 'own' = 'nothing'
  /** Given while the channel kept a packet of ours. */
  #waiting: Uint8Array | undefined
  #isOpen = false
  #isEnding = false

  constructor(channel: ByteChannel, { registration, heartbeat }: Announcements, clock: Clock) {
    this.name = channel.name
    this.#channel = channel
    this.#clock = clock
    this.#registration = registration
    this.#heartbeat = heartbeat
  }

  open(handler: ChannelHandler): void {
    this.#handler = handler
    this.#channel.open({
      onOpen: () => this.#handleOpen(),
      onBytes: (bytes) => handler.onBytes(bytes),
      onDrain: () => this.#handleDrain(),
      onClose: (cause: LinkError | undefined) => {
        this.#isOpen = false
        this.#clock.cancel(this.#task)
        handler.onClose(cause)
      },
    })
  }

  write(bytes: Uint8Array): boolean {
    if (!this.#isOpen) return this.#channel.write(bytes)
    this.#scheduleBeat()
    if (this.#keeps === 'own') {
      this.#waiting = bytes
      return false
    }
    return this.#pass(bytes)
  }

  pause(): void {
    this.#channel.pause()
  }

  resume(): void {
    this.#channel.resume()
  }

  close(how: 'flush' | 'abort' = 'flush'): void {
    this.#clock.cancel(this.#task)
    if (how === 'flush' && this.#waiting !== undefined) this.#isEnding = true
    else {
      this.#waiting = undefined
      this.#channel.close(how)
    }
  }

  #handleOpen(): void {
    this.#isOpen = true
    const { packet, when = 'connect' } = this.#registration ?? {}
    if (packet !== undefined && when !== 'packet') this.#say(packet)
    this.#scheduleBeat()
    this.#handler?.onOpen()
  }

  #handleDrain(): void {
    const wasOurs = this.#keeps === 'own'
    this.#keeps = 'nothing'
    if (!wasOurs) {
      this.#handler?.onDrain()
      return
    }
    const bytes = this.#waiting
    this.#waiting = undefined
    if (bytes === undefined) return
    const isTaken = this.#pass(bytes)
    if (this.#isEnding) this.#channel.close('flush')
    else if (isTaken) this.#handler?.onDrain()
  }

  #pass(bytes: Uint8Array): boolean {
    const { packet, when = 'connect' } = this.#registration ?? {}
    const isPrefixed = packet !== undefined && when !== 'connect'
    const piece = isPrefixed ? Buffer.concat([this.#render(packet), bytes]) : bytes
    if (this.#channel.write(piece)) return true
    this.#keeps = 'given'
    return false
  }

  #say(packet: PacketTemplate): void {
    if (!this.#channel.write(this.#render(packet))) this.#keeps = 'own'
  }

  #beat(): void {
    // What is still on its way says more than a heartbeat.
    if (this.#heartbeat !== undefined && this.#keeps === 'nothing')
      this.#say(this.#heartbeat.packet)
    this.#scheduleBeat()
  }

  #scheduleBeat(): void {
    if (this.#heartbeat === undefined) return
    this.#clock.schedule(this.#clock.now() + this.#heartbeat.everyMs, this.#task)
  }

  #render(packet: PacketTemplate): Uint8Array {
    return packet.render(wallTimeOf(this.#clock))
  }
}
