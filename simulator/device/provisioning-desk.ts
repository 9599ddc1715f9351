// The service that gives new devices an identity: it hears requests, `{"id":"meter-7","reply":
// "provision/meter-7/response"}`, and answers each on the topic that it names, after a while, with
// credentials or with an error. It remembers nobody: who asks again gets the same again.

import type { Prng } from '@motewire/sdk/kit'
import type { ProvisionerSpec } from '../scenario/index.ts'
import { DelayLine } from './delay-line.ts'
import type { Device } from './device.ts'

/** Requests that wait for their answer; more are not heard, and come again. */
const WAITING_MAX = 100_000
const REQUEST_BYTES_MAX = 16_384

interface Request {
  readonly id: string
  readonly reply: string
}

const decoder = new TextDecoder()

export class ProvisioningDesk {
  readonly #device: Device
  readonly #spec: ProvisionerSpec
  readonly #prng: Prng
  readonly #line: DelayLine<Request>
  readonly #identityOf: (id: string) => Readonly<Record<string, string>>

  /** @param identityOf what the device of a name is given. */
  constructor(
    device: Device,
    spec: ProvisionerSpec,
    identityOf: (id: string) => Readonly<Record<string, string>>,
  ) {
    this.#device = device
    this.#spec = spec
    this.#identityOf = identityOf
    this.#prng = device.random('provisioner')
    const answer = (request: Request, dueMs: number): void => this.#answer(request, dueMs)
    this.#line = new DelayLine(device, spec.afterMs, answer, WAITING_MAX)
  }

  handleMessage(payload: Uint8Array): void {
    const request = readRequest(payload)
    if (request === undefined) this.#device.measure('provisioner.unreadable', 1)
    else if (this.#line.isOpen) this.#line.add(request)
  }

  stop(): void {
    this.#line.stop()
  }

  #answer({ id, reply }: Request, dueMs: number): void {
    const isRefused = this.#prng.chance(this.#spec.failShare)
    const answer = isRefused ? { error: 'refused' } : this.#identityOf(id)
    this.#device.measure(isRefused ? 'provisioner.refused' : 'provisioner.given', 1)
    const options = { qos: this.#spec.qos, retain: false }
    this.#device.publish(reply, JSON.stringify(answer), options, dueMs)
  }
}

function readRequest(payload: Uint8Array): Request | undefined {
  if (payload.length > REQUEST_BYTES_MAX) return undefined
  try {
    const { id, reply } = Object(JSON.parse(decoder.decode(payload))) as Partial<Request>
    const isTopic = typeof reply === 'string' && reply !== '' && !/[+#\0]/.test(reply)
    return typeof id === 'string' && isTopic ? { id, reply } : undefined
  } catch {
    return undefined
  }
}
