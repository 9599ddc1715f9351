// A decoded trace of a line that carries MQTT, a line for each packet:
//
//   12:00:00.123 rx CONNECT protocolVersion=4 clientId=pump-7 clean=true keepalive=60
//   12:00:00.125 tx CONNACK sessionPresent=false reasonCode=0
//   12:00:00.310 rx PUBLISH 5 topic=pump/7/bar qos=1 retain=false dup=false payload=4 B 21.5
//
// Passwords are never shown, of payloads their beginning. What a packet breaks of the standard is
// told behind it. Bound: one packet each way.

import { describePacket, packetReporter } from '@motewire/sdk'
import type { Clock, SeenPacket } from '@motewire/sdk'
import { PacketDecoder, PacketType } from '@motewire/sdk/codec'
import type { PacketHandler } from '@motewire/sdk/codec'
import type { Hello, MqttFraming } from '../framing/index.ts'
import { printable } from './hex-tap.ts'
import { PacketLine } from './packet-line.ts'
import { timeText } from '../wall-time.ts'
import type { Direction, Tap, WriteLine } from './tap.ts'

const PREVIEW_BYTES_MAX = 48
const TYPE_NAMES: readonly string[] = ['', ...Object.keys(PacketType).map(upper)]
const BREAKS = {
  stalled: 'stopped in the middle of a packet',
  malformed: 'sent something that is no MQTT packet',
  oversized: 'announced a packet that is too long',
} as const

export class TraceTap implements Tap {
  readonly #write: WriteLine
  readonly #clock: Clock
  readonly #line: PacketLine
  readonly #decoders: Readonly<Record<Direction, PacketDecoder>>
  #text = ''

  constructor(write: WriteLine, clock: Clock, framing: MqttFraming = 'raw') {
    this.#write = write
    this.#clock = clock
    const handler = this.#describer()
    this.#decoders = {
      rx: new PacketDecoder('server', handler),
      tx: new PacketDecoder('client', handler),
    }
    const packets = {
      handlePacket: (direction: Direction, packet: Uint8Array, isReset: boolean) =>
        this.#handlePacket(direction, packet, isReset),
      handleBreak: (reason: keyof typeof BREAKS) => this.#tell(`the device ${BREAKS[reason]}`),
      handleHello: (hello: Hello) => this.#tell(helloText(hello)),
      handleGarbage: (bytes: number, damaged: number) => this.#tell(garbageText(bytes, damaged)),
    }
    this.#line = new PacketLine(framing, packets, clock)
  }

  handleOpen(): void {
    this.#line.handleOpen()
  }

  handleBytes(direction: Direction, bytes: Uint8Array): void {
    this.#line.handleBytes(direction, bytes)
  }

  handleClose(): void {
    this.#line.handleClose()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #handlePacket(direction: Direction, packet: Uint8Array, isReset: boolean): void {
    if (isReset) this.#tell('the device was reset')
    const decoder = this.#decoders[direction]
    this.#text = ''
    const error = decoder.feed(packet)
    if (error !== undefined) decoder.reset(decoder.protocolVersion)
    const type = TYPE_NAMES[packet[0]! >> 4]!
    const text = this.#text === '' ? `${type} ${packet.length} B` : this.#text
    const fault = error === undefined ? '' : ` BREAKS THE STANDARD: ${error.message}`
    this.#write(timeText(this.#clock), `${direction} ${text}${fault}`)
  }

  #describer(): PacketHandler {
    const reporter = packetReporter((packet: SeenPacket) => {
      // What the client says of itself holds for what it is answered.
      if (packet.type === 'connect') this.#decoders.tx.reset(packet.protocolVersion)
      const id = 'packetId' in packet && packet.packetId !== 0 ? ` ${packet.packetId}` : ''
      this.#text = `${upper(packet.type)}${id} ${describePacket(packet)}`.trimEnd()
    })
    return {
      ...reporter,
      handlePublish: ({ bytes, payloadStart, payloadEnd, ...frame }) => {
        const { topic, qos, retain, dup, packetId } = frame
        const payloadBytes = payloadEnd - payloadStart
        const fields = { topic, qos, retain, dup, payloadBytes }
        const id = packetId === 0 ? '' : ` ${packetId}`
        const head = describePacket({ type: 'publish', packetId, ...fields })
        const end = Math.min(payloadEnd, payloadStart + PREVIEW_BYTES_MAX)
        const preview = printable(bytes.subarray(payloadStart, end))
        this.#text = `PUBLISH${id} ${head} ${preview}${end < payloadEnd ? '…' : ''}`.trimEnd()
      },
    }
  }

  #tell(text: string): void {
    this.#write(timeText(this.#clock), `-- ${text}`)
  }
}

function helloText({ version, windowBytes, resetCause, id }: Hello): string {
  const buffer = `receive buffer ${windowBytes} B`
  return `hello, version ${version}, ${buffer}, reset cause ${resetCause}, ${id}`
}

function garbageText(bytes: number, damagedFrames: number): string {
  const frames = damagedFrames === 0 ? [] : [`${damagedFrames} damaged frames`]
  return [...(bytes === 0 ? [] : [`${bytes} bytes that are no MQTT packet`]), ...frames].join(', ')
}

function upper(name: string): string {
  return name.toUpperCase()
}
