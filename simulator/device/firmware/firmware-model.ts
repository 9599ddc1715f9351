// A device model whose firmware is a real image. The image's own MQTT session ends here, and its
// messages go on over the device's client, so that links, faults, ledger and virtual time are those
// of every other device of the fleet. The image is told nothing but what a broker would tell it.
//
// Its will is not passed on (the client's connection is the fleet's), and it is asked for QoS 1 at
// most. Bound: messagesMax messages wait for the chip, then the oldest goes.

import { Task } from '@motewire/sdk'
import type { ByteChannel, Clock } from '@motewire/sdk'
import { encodePacket, PacketDecoder, publishBytes, writePublish } from '@motewire/sdk/codec'
import type { AckType, ControlPacket, PacketHandler, PublishFrame } from '@motewire/sdk/codec'
import type { Device, DeviceModel, DeviceModelFactory } from '../device.ts'
import type { Flash } from './chip.ts'
import { Microcontroller } from './microcontroller.ts'
import type { UartChannel } from './uart-channel.ts'

export interface FirmwareModelOptions {
  readonly flash: Flash
  /** Volts at an analog input of a device, 0 to 5. Default 0. */
  readonly readAnalog?: (device: Device, channel: number, nowMs: number) => number
  /** Largest deviation of a crystal, parts per million; each device draws its own. Default 30. */
  readonly driftPpm?: number
  /**
   * What lies between the UART and us: a framing, a line with faults. Opened once; carries whole
   * packets where the image frames them. Default: the UART itself.
   */
  readonly line?: (uart: UartChannel, device: Device) => ByteChannel
  /** Messages that wait for the chip. Default 100. */
  readonly messagesMax?: number
}

/** Makes devices that all run one image; each has its client id in the EEPROM or its like. */
export function firmwareModels(options: FirmwareModelOptions): DeviceModelFactory {
  return () => new FirmwareModel(options)
}

const PINGRESP = Uint8Array.of(0xd0, 0)
const SERVER_GONE = Uint8Array.of(0xe0, 0)
const ACCEPTED = Uint8Array.of(0x20, 2, 0, 0)

class FirmwareModel implements DeviceModel, PacketHandler {
  readonly #options: FirmwareModelOptions
  #device!: Device
  #chip!: Microcontroller
  #line!: ByteChannel
  #decoder = new PacketDecoder('server', this)
  #resets = 0
  #isOnline = false
  /** The image has said CONNECT and waits. */
  #isWaiting = false
  readonly #queue: { readonly packet: Buffer; readonly packetId: number }[] = []
  /** Identifier of the message that the chip has not confirmed; 0: none. */
  #inFlight = 0
  #lastId = 0

  constructor(options: FirmwareModelOptions) {
    this.#options = options
  }

  start(device: Device): void {
    const { flash, readAnalog, driftPpm = 30 } = this.#options
    this.#device = device
    this.#chip = new Microcontroller({
      flash,
      clock: clockOf(device),
      name: device.clientId,
      eeprom: Buffer.from(`${device.clientId}\0`),
      driftPpm: (device.random('firmware/drift').unit() * 2 - 1) * driftPpm,
      readAnalog: (channel, nowMs) => readAnalog?.(device, channel, nowMs) ?? 0,
    })
    this.#line = this.#options.line?.(this.#chip.uart, device) ?? this.#chip.uart
    this.#line.open({
      onOpen: () => {},
      onBytes: (bytes) => this.#handleBytes(bytes),
      onDrain: () => {},
      onClose: () => {},
    })
    this.#chip.start()
  }

  stop(): void {
    this.#chip.stop()
  }

  handleOnline(): void {
    this.#isOnline = true
    if (this.#isWaiting) this.#accept()
  }

  handleOffline(): void {
    this.#isOnline = false
    this.#forget()
    this.#send(SERVER_GONE)
  }

  handleMessage(topic: string, payload: Uint8Array): void {
    const { messagesMax = 100 } = this.#options
    if (this.#queue.length === messagesMax) this.#queue.shift()
    this.#lastId = (this.#lastId % 0xffff) + 1
    const packet = Buffer.alloc(publishBytes(Buffer.byteLength(topic), payload.length, 1, 0, 4))
    const packetId = this.#lastId
    const fields = { topic, payload, qos: 1, retain: false, dup: false, packetId } as const
    writePublish(packet, 0, { ...fields, properties: undefined }, 4)
    this.#queue.push({ packet, packetId })
    this.#pump()
  }

  // What the image sends.

  handlePublish(frame: PublishFrame): void {
    const { topic, qos, retain, packetId, bytes, payloadStart, payloadEnd } = frame
    const payload = bytes.subarray(payloadStart, payloadEnd)
    this.#device.publish(topic, payload, { qos, retain })
    if (qos === 1) this.#send(Uint8Array.of(0x40, 2, packetId >> 8, packetId))
  }

  handleAck(type: AckType, packetId: number): void {
    if (type !== 4 || packetId !== this.#inFlight) return
    this.#inFlight = 0
    this.#pump()
  }

  handlePing(): void {
    this.#send(PINGRESP)
  }

  handlePacket(packet: ControlPacket): void {
    if (packet.type === 'connect') {
      this.#forget()
      this.#isWaiting = true
      if (this.#isOnline) this.#accept()
    } else if (packet.type === 'subscribe') {
      const { packetId, subscriptions } = packet
      const granted = subscriptions.map(({ filter, qos }) => {
        const level = qos === 0 ? 0 : 1
        this.#device.subscribe(filter, level)
        return level
      })
      this.#send(encodePacket({ type: 'suback', packetId, reasonCodes: granted }, 4))
    }
  }

  #handleBytes(bytes: Uint8Array): void {
    // After a reset the image begins anew, wherever it was.
    if (this.#resets !== this.#chip.chip.resets) this.#renew()
    const problem = this.#decoder.feed(bytes)
    if (problem !== undefined) this.#renew()
  }

  #renew(): void {
    this.#resets = this.#chip.chip.resets
    this.#decoder = new PacketDecoder('server', this)
    this.#forget()
  }

  #accept(): void {
    this.#isWaiting = false
    this.#send(ACCEPTED)
  }

  #forget(): void {
    this.#queue.length = 0
    this.#inFlight = 0
    this.#isWaiting = false
  }

  /** One message at a time: the chip's receive buffer is small. */
  #pump(): void {
    if (this.#inFlight !== 0) return
    const next = this.#queue.shift()
    if (next === undefined) return
    this.#inFlight = next.packetId
    this.#send(next.packet)
  }

  #send(packet: Uint8Array): void {
    this.#line.write(packet)
  }
}

/** The device's time as a clock; a device has no `defer`, so that is a task that is due at once. */
function clockOf(device: Device): Clock {
  return {
    now: () => device.now(),
    schedule: (deadlineMs, task) => device.schedule(deadlineMs, task),
    cancel: (task) => device.cancel(task),
    defer: (work) => device.schedule(device.now(), new Task(work)),
  }
}
