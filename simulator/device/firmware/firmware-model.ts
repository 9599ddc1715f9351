// A device model whose firmware is a real image, on an emulated board at the far end of a bridge.
// The image's MQTT session ends here, and becomes that of the device's client, so that links,
// faults, ledger and virtual time are those of every other device of the fleet. The device connects
// when the image says CONNECT, with its will, and is cut off when the bridge has lost the image.

import { Task } from '@motewire/sdk'
import type { Clock } from '@motewire/sdk'
import type { UartFraming } from '../../scenario/index.ts'
import type { Device, DeviceModel, DeviceWill } from '../device.ts'
import type { Board, MakeBoard } from './board.ts'
import { ImageSession } from './image-session.ts'
import type { ImageSessionHandler } from './image-session.ts'
import type { MakeUartBridge, UartBridge } from './uart-bridge.ts'

export interface FirmwareModelOptions {
  /** `emulatedBoards({ flash })`. */
  readonly makeBoard: MakeBoard
  /** `(options) => new MqttBridge(options)`, with the MqttBridge of @motewire/hardware. */
  readonly makeBridge: MakeUartBridge
  /** Of the image. Default `raw`. */
  readonly framing?: UartFraming
  /** All that the image subscribes to; another filter stops the device. Default: anything. */
  readonly subscribes?: readonly string[] | undefined
  /** Messages that wait for the chip. Default 100. */
  readonly messagesMax?: number
}

export class FirmwareModel implements DeviceModel, ImageSessionHandler {
  readonly connectsItself = true
  readonly #options: FirmwareModelOptions
  #device!: Device
  #board!: Board
  #bridge!: UartBridge
  #will: DeviceWill | undefined
  /** The newest connection of the bridge. */
  #session: ImageSession | undefined
  #isAccepted = false
  #isOnline = false
  #isOff = false

  constructor(options: FirmwareModelOptions) {
    this.#options = options
  }

  start(device: Device): void {
    const { makeBoard, makeBridge, framing = 'raw' } = this.#options
    const clock = clockOf(device)
    this.#device = device
    this.#board = makeBoard(device, clock)
    const name = `device ${device.clientId}`
    this.#bridge = makeBridge({
      port: this.#board.port,
      broker: { name, connect: () => this.#openSession(name, clock) },
      framing,
      clock,
      seed: device.clientId,
    })
    this.#board.start(() => void this.#bridge.start())
  }

  will(): DeviceWill | undefined {
    return this.#will
  }

  stop(): void {
    this.powerOff()
  }

  powerOff(): void {
    if (this.#isOff) return
    this.#isOff = true
    this.#board.stop()
    void this.#bridge.stop()
    this.#tell()
  }

  handleOnline(): void {
    this.#isOnline = true
    this.#accept()
  }

  handleOffline(): void {
    this.#isOnline = false
    if (this.#isAccepted) this.#session?.end()
    this.#isAccepted = false
  }

  handleMessage(topic: string, payload: Uint8Array): void {
    if (this.#isAccepted) this.#session?.deliver(topic, payload)
  }

  // What the image wants.

  handleConnect(session: ImageSession, will: DeviceWill | undefined): void {
    this.#will = will
    this.#session = session
    this.#device.connect()
    this.#accept()
  }

  handleGoodbye(session: ImageSession): void {
    this.#leave(session, 'goodbye')
  }

  handleEnd(session: ImageSession): void {
    this.#leave(session, 'silent')
  }

  handlePublish(topic: string, payload: Uint8Array, qos: 0 | 1, retain: boolean): void {
    this.#device.publish(topic, payload, { qos, retain })
  }

  handleSubscribe(filter: string, qos: 0 | 1): void {
    // Where nothing was said to be heard, others may not be there to be heard.
    if (this.#options.subscribes?.includes(filter) === false) {
      this.powerOff()
      this.#device.fail(`its image subscribes to '${filter}', which firmware.subscribes lacks`)
      return
    }
    this.#device.subscribe(filter, qos)
  }

  #openSession(name: string, clock: Clock): ImageSession {
    return new ImageSession(name, clock, this, this.#options.messagesMax ?? 100)
  }

  #accept(): void {
    if (!this.#isOnline || this.#isAccepted || this.#session === undefined) return
    this.#isAccepted = true
    this.#session.accept()
  }

  #leave(session: ImageSession, how: 'goodbye' | 'silent'): void {
    if (session !== this.#session || this.#isOff) return
    this.#session = undefined
    // Who has waited in vain for the device to come online says CONNECT again, and goes on waiting.
    if (this.#isAccepted) this.#device.disconnect(how)
    this.#isAccepted = false
  }

  /** What went wrong with supply and line, once, when it is over. */
  #tell(): void {
    const { counts, brownOuts } = this.#board
    if (brownOuts !== undefined) this.#device.measure('supply.brownOuts', brownOuts)
    if (counts === undefined) return
    const { damagedFrames: refused, breaks } = this.#bridge.snapshot().mqtt.fromDevice
    for (const [name, count] of Object.entries({ ...counts, refused, breaks })) {
      this.#device.measure(`line.${name}`, count)
    }
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
