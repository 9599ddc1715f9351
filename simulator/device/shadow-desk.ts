// The device's side of a shadow (device twin): takes over what somebody desires, after a while, and
// tells what it is now. The state is a mapping of keys to JSON values in flash; a key that is
// desired as null goes. Retained, so that whoever asks later is told too.

import type { Prng } from '@motewire/sdk/kit'
import type { ShadowSpec } from '../scenario/index.ts'
import { DelayLine } from './delay-line.ts'
import type { Device } from './device.ts'

/** Keys of a state; more are refused. */
const KEYS_MAX = 64
/** Bytes of a desired state; longer ones are refused. */
const DESIRED_BYTES_MAX = 16_384

type State = Readonly<Record<string, unknown>>

const decoder = new TextDecoder()

export class ShadowDesk {
  readonly #device: Device
  readonly #spec: ShadowSpec
  readonly #topic: string
  readonly #prng: Prng
  readonly #line: DelayLine<State>
  readonly #kept: { state: State; version: number }

  /** @param topic where the state is told. */
  constructor(device: Device, spec: ShadowSpec, topic: string) {
    this.#device = device
    this.#spec = spec
    this.#topic = topic
    this.#prng = device.random('shadow')
    this.#kept = device.flash('shadow', () => ({ state: spec.initial, version: 0 }))
    this.#line = new DelayLine(device, spec.afterMs, (desired, dueMs) => {
      this.#takeOver(desired, dueMs)
    })
    this.#report(true, device.now())
  }

  handleDesired(payload: Uint8Array): void {
    if (!this.#line.isOpen) return
    const desired = readState(payload)
    if (desired === undefined || !this.#line.add(desired)) this.#refuse(this.#device.now())
  }

  stop(): void {
    this.#line.stop()
  }

  #takeOver(desired: State, dueMs: number): void {
    const changed = Object.entries({ ...this.#kept.state, ...desired })
    const state = Object.fromEntries(changed.filter(([, value]) => value !== null))
    const isTooMuch = Object.keys(state).length > KEYS_MAX
    if (isTooMuch || this.#prng.chance(this.#spec.failShare)) return this.#refuse(dueMs)
    this.#kept.state = state
    this.#kept.version++
    this.#device.measure('shadow.applied', 1)
    this.#report(true, dueMs)
  }

  #refuse(dueMs: number): void {
    this.#device.measure('shadow.refused', 1)
    this.#report(false, dueMs)
  }

  #report(isFine: boolean, dueMs: number): void {
    const { state, version } = this.#kept
    const text = JSON.stringify({ ok: isFine, version, state })
    this.#device.publish(this.#topic, text, { qos: this.#spec.qos, retain: true }, dueMs)
  }
}

/** Undefined when it is no JSON mapping. */
function readState(payload: Uint8Array): State | undefined {
  if (payload.length > DESIRED_BYTES_MAX) return undefined
  try {
    const value: unknown = JSON.parse(decoder.decode(payload))
    const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isMapping ? (value as State) : undefined
  } catch {
    return undefined
  }
}
