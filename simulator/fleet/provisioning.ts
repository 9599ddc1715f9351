// How a new device comes by its identity: it connects with what all new devices have, asks on one
// topic, hears the answer on another, and is gone. Asked again until there is an answer that holds.
// It does not know what the device does afterwards.

import { Client } from '@motewire/sdk'
import type { Grant } from '@motewire/sdk'
import { Task } from '@motewire/sdk/kit'
import type { Prng } from '@motewire/sdk/kit'
import type { DevicePlan, ProvisionPlan } from '../scenario/index.ts'
import { clientOptionsOf } from './device-options.ts'
import type { FleetDeviceOptions } from './device-options.ts'
import type { Radio } from './radio.ts'

/** What a device has learnt who it is; where something is missing it keeps what it had. */
export type Identity = Partial<Pick<DevicePlan, 'clientId' | 'username' | 'password'>>

export interface ProvisioningOptions {
  readonly device: FleetDeviceOptions
  readonly provision: ProvisionPlan
  readonly radio: Radio
  readonly prng: Prng
  /** Told what went wrong with a connection. */
  readonly whenFailed: (message: string) => void
  /** After the connection has ended. */
  readonly whenDone: (identity: Identity) => void
}

const ANSWER_BYTES_MAX = 16_384
const IDENTITY = ['clientId', 'username', 'password'] as const

const decoder = new TextDecoder()

export class Provisioning {
  readonly #options: ProvisioningOptions
  readonly #client: Client
  readonly #startedAtMs: number
  readonly #askTask = new Task(() => this.#ask())
  #isOver = false

  constructor(options: ProvisioningOptions) {
    this.#options = options
    const { device, provision, radio, whenFailed } = options
    this.#startedAtMs = device.clock.now()
    const client = new Client(device.brokerUrl, clientOptionsOf(asNew(device, provision), radio))
    this.#client = client
    client.on('connect', () => this.#ask())
    client.on('message', (_topic, payload) => this.#hear(payload))
    client.on('offline', (cause) => {
      if (cause !== undefined) whenFailed(`provisioning: ${cause.message}`)
    })
    const tell = ([grant]: Grant[]): void => {
      if (grant === undefined || grant.qos < 0x80) return
      whenFailed(`provisioning: broker refused the filter '${provision.response}'`)
    }
    // It only rejects when the client has ended, and then nobody asks.
    client.subscribe(provision.response, { qos: 1 }).then(tell, () => undefined)
  }

  start(): void {
    this.#client.start()
  }

  /** Ends it, wherever it stands; settles when the connection is closed. */
  end(): Promise<void> {
    this.#isOver = true
    this.#options.device.clock.cancel(this.#askTask)
    return this.#client.end()
  }

  #ask(): void {
    if (this.#isOver || !this.#client.connected) return
    const { device, provision, prng } = this.#options
    device.tally.measures.record('provision.asked', 1)
    this.#client.publish(provision.request, provision.payload, { qos: 1 })
    const patienceMs = provision.retryMs * (1 + 0.5 * prng.unit())
    device.clock.schedule(device.clock.now() + patienceMs, this.#askTask)
  }

  #hear(payload: Uint8Array): void {
    if (this.#isOver) return
    const { device, whenDone } = this.#options
    const { measures } = device.tally
    const identity = readIdentity(payload)
    if (identity === undefined) return measures.record('provision.refused', 1)
    measures.record('provision.latencyMs', device.clock.now() - this.#startedAtMs)
    // Not out of a promise: in virtual time those settle late.
    this.#client.once('end', () => whenDone(identity))
    void this.end()
  }
}

/** The device as it left the factory. */
function asNew(device: FleetDeviceOptions, provision: ProvisionPlan): FleetDeviceOptions {
  const { plan, openNewChannel } = device
  const { clientId, username, password } = provision
  const connect = { ...plan.group.connect, clean: true, sessionExpiry: undefined }
  const group = { ...plan.group, connect }
  const openChannel = openNewChannel ?? device.openChannel
  return { ...device, openChannel, plan: { ...plan, clientId, username, password, group } }
}

/** Undefined for a refusal, and for what is no identity. */
function readIdentity(payload: Uint8Array): Identity | undefined {
  if (payload.length > ANSWER_BYTES_MAX) return undefined
  try {
    const answer = Object(JSON.parse(decoder.decode(payload))) as Record<string, unknown>
    if ('error' in answer) return undefined
    const given = IDENTITY.filter((key) => typeof answer[key] === 'string' && answer[key] !== '')
    if (given.length === 0) return undefined
    return Object.fromEntries(given.map((key) => [key, answer[key]]))
  } catch {
    return undefined
  }
}
