// A line of Modbus RTU slaves: points are read in turn, each as often as it wants, and told when
// they change. One request is under way at a time; the next waits for the silence that the baud
// rate asks for. A slave that does not answer is asked again, and its points are told once.
//
//   NAME/POINT      retained: the value, when it differs from the last by more than `change`
//   NAME/POINT/error   retained: why there is no value; empty when there is one again
//   NAME/set/POINT  writes the point, if it is writable
//
// Times are milliseconds of the caller. O(points) a request. Bounds: one write a point waits, the
// newest.

import type { ModbusFramingOptions } from '../framing/index.ts'
import {
  ModbusFraming,
  readAnswer,
  readRequest,
  silenceMs,
  writeRequest,
} from '../framing/index.ts'
import type { Answer, Point } from '../framing/index.ts'
import type { Device, DeviceFactory, DeviceHost, DeviceMessage } from './device.ts'

export interface PolledPoint extends Point {
  readonly everyMs: number
  /** The value is told when it differs by more than this from what was told. */
  readonly change: number
  readonly isWritable: boolean
}

export interface ModbusDeviceOptions extends ModbusFramingOptions {
  /** First level of the topics. */
  readonly name: string
  /** What is read, by name. */
  readonly points: Readonly<Record<string, PolledPoint>>
  /** A slave that takes longer has not answered. Default 1,000 ms. */
  readonly answerTimeoutMs?: number
  /** Attempts before a point has no value. Default 3. */
  readonly attempts?: number
}

export function modbusDevice(options: ModbusDeviceOptions): DeviceFactory {
  return (host) => new ModbusDevice(host, options)
}

interface PointState {
  readonly name: string
  readonly point: PolledPoint
  dueMs: number
  told: number | undefined
  error: string | undefined
  write: number | undefined
  attempt: number
}

interface UnderWay {
  readonly state: PointState
  readonly request: Uint8Array
  readonly isWrite: boolean
  readonly timeoutMs: number
}

const text = new TextEncoder()
const reader = new TextDecoder()

class ModbusDevice implements Device {
  readonly #host: DeviceHost
  readonly #framing: ModbusFraming
  readonly #name: string
  readonly #answerTimeoutMs: number
  readonly #attempts: number
  readonly #silenceMs: number
  readonly #points: readonly PointState[]
  #underWay: UnderWay | undefined
  /** The line must be silent until then. */
  #quietMs = 0
  #isOpen = false
  #now = 0
  #polls = 0
  #timeouts = 0
  #exceptions = 0
  #strays = 0
  #refused = 0

  constructor(host: DeviceHost, options: ModbusDeviceOptions) {
    const { name, points, baud = 9_600, answerTimeoutMs = 1_000, attempts = 3 } = options
    this.#host = host
    this.#name = name
    this.#answerTimeoutMs = answerTimeoutMs
    this.#attempts = attempts
    this.#silenceMs = silenceMs(baud)
    this.#framing = new ModbusFraming({ handleFrame: (frame) => this.#handleFrame(frame) }, options)
    this.#points = Object.entries(points).map(([key, point]) => {
      const nothing = { told: undefined, error: undefined, write: undefined }
      return { name: key, point, dueMs: 0, attempt: 0, ...nothing }
    })
    if (this.#points.some(({ point }) => point.isWritable)) host.subscribe(`${name}/set/+`, 1)
  }

  handleOpen(now: number): void {
    this.#isOpen = true
    this.#framing.clear()
    this.#underWay = undefined
    this.#quietMs = now + this.#silenceMs
  }

  handleClose(now: number): void {
    this.#now = now
    this.#isOpen = false
    this.#underWay = undefined
    for (const state of this.#points) this.#fail(state, 'the port is closed')
  }

  handleBytes(bytes: Uint8Array, now: number): void {
    this.#now = now
    this.#framing.handleBytes(bytes, now)
    this.#quietMs = now + this.#silenceMs
  }

  handleMessage({ topic, payload }: DeviceMessage, now: number): void {
    const name = topic.slice(`${this.#name}/set/`.length)
    const state = this.#points.find((one) => one.name === name)
    const said = reader.decode(payload).trim()
    const value = said === '' ? Number.NaN : Number(said)
    const canWrite = state?.point.isWritable === true && Number.isFinite(value)
    if (!canWrite || writeRequest(state.point, value) === undefined) this.#refused++
    else {
      state.write = value
      state.dueMs = now
    }
  }

  handleBroker(): void {}

  pollTimeout(): number {
    if (!this.#isOpen) return Infinity
    const framingMs = this.#framing.pollTimeout()
    if (this.#underWay !== undefined) return Math.min(framingMs, this.#underWay.timeoutMs)
    let dueMs = Infinity
    for (const state of this.#points) dueMs = Math.min(dueMs, state.dueMs)
    return Math.min(framingMs, Math.max(dueMs, this.#quietMs))
  }

  handleTimeout(now: number): void {
    this.#now = now
    this.#framing.handleTimeout(now)
    const underWay = this.#underWay
    if (underWay !== undefined && now >= underWay.timeoutMs) {
      this.#timeouts++
      this.#retry(underWay, 'the slave did not answer')
    }
    if (this.#isOpen && this.#underWay === undefined && now >= this.#quietMs) this.#askNext(now)
  }

  counts(): Readonly<Record<string, number>> {
    return {
      polls: this.#polls,
      slaveTimeouts: this.#timeouts,
      slaveExceptions: this.#exceptions,
      strayFrames: this.#strays,
      damagedFrames: this.#framing.snapshot().damaged,
      messagesRefused: this.#refused,
    }
  }

  /** Writes first, then what is due longest. */
  #askNext(now: number): void {
    let next: PointState | undefined
    for (const state of this.#points) {
      if (state.dueMs > now) continue
      const isEarlier = next === undefined || state.dueMs < next.dueMs
      const goesBefore = state.write !== undefined && next?.write === undefined
      if (goesBefore || (isEarlier && (state.write !== undefined || next?.write === undefined))) {
        next = state
      }
    }
    if (next === undefined) return
    const { point, write } = next
    const request = write === undefined ? readRequest(point) : writeRequest(point, write)!
    const timeoutMs = now + this.#answerTimeoutMs
    this.#underWay = { state: next, request, isWrite: write !== undefined, timeoutMs }
    this.#polls++
    this.#host.send(this.#framing.encode(request))
  }

  #handleFrame(frame: Uint8Array): void {
    const underWay = this.#underWay
    if (underWay === undefined) {
      this.#strays++
      return
    }
    const { state, request, isWrite } = underWay
    const answer: Answer = readAnswer(state.point, request, frame)
    if (answer.kind === 'stray') {
      this.#strays++
      return
    }
    this.#host.confirm()
    this.#underWay = undefined
    state.attempt = 0
    if (isWrite) state.write = undefined
    // A point that was written is read back at once.
    state.dueMs = isWrite ? this.#now : this.#nextMs(state)
    this.#host.tell('up', 'a slave has answered')
    if (answer.kind === 'value') this.#report(state, answer.value)
    else if (answer.kind === 'exception') {
      this.#exceptions++
      state.dueMs = this.#nextMs(state)
      this.#fail(state, `the slave refuses: exception ${answer.code}`)
    }
  }

  #retry({ state }: UnderWay, reason: string): void {
    this.#underWay = undefined
    this.#framing.clear()
    this.#quietMs = this.#now + this.#silenceMs
    // What is known not to answer is not asked again at once: the others wait for it.
    if (state.error === undefined && ++state.attempt < this.#attempts) return
    state.attempt = 0
    state.write = undefined
    state.dueMs = this.#nextMs(state)
    this.#fail(state, reason)
    const isSilent = this.#points.every(({ error }) => error !== undefined)
    if (isSilent) this.#host.tell('silent', reason)
  }

  /** The next time of the point's rhythm; times that have passed are left out. */
  #nextMs({ dueMs, point: { everyMs } }: PointState): number {
    const passed = Math.floor((this.#now - dueMs) / everyMs)
    return dueMs === 0 ? this.#now + everyMs : dueMs + (passed + 1) * everyMs
  }

  #report(state: PointState, value: number): void {
    const { told, error, point } = state
    if (error !== undefined) {
      state.error = undefined
      this.#publish(`${state.name}/error`, '')
    }
    const isNew = told === undefined || Math.abs(value - told) > point.change
    if (!isNew) return
    state.told = value
    this.#publish(state.name, String(value))
  }

  #fail(state: PointState, reason: string): void {
    if (state.error === reason) return
    state.error = reason
    // What is read next is told in any case.
    state.told = undefined
    this.#publish(`${state.name}/error`, reason)
  }

  #publish(name: string, said: string): void {
    const payload = text.encode(said)
    this.#host.publish({ topic: `${this.#name}/${name}`, payload, qos: 1, retain: true })
  }
}
