// How the client of a simulated device is set up: what the scenario says, what a device of small
// means would do, and what the fleet gives it.

import type { ByteChannel, ClientOptions, Clock, Will } from '@motewire/sdk'
import type { DeviceModel, DeviceWill } from '../device/index.ts'
import type { DevicePlan, Scenario } from '../scenario/index.ts'
import type { LinkTrace } from '../world/index.ts'
import type { Radio } from './radio.ts'
import type { SentMessages } from './sent-messages.ts'
import type { Tally } from './tally.ts'

export interface FleetDeviceOptions {
  readonly plan: DevicePlan
  readonly scenario: Scenario
  readonly groupPosition: number
  /** Makes the firmware, anew at each boot. */
  readonly makeModel: () => DeviceModel
  readonly brokerUrl: string
  readonly clock: Clock
  readonly wallNow: () => number
  readonly client: ClientOptions
  readonly tally: Tally
  /** Of all devices. */
  readonly sentMessages: SentMessages
  readonly runStartedAtMs: number
  /** Makes the channel of each connection attempt. */
  readonly openChannel: () => ByteChannel
  /** Same, while the device has no identity. Default: the same. */
  readonly openNewChannel?: (() => ByteChannel) | undefined
  /** Of the run's digest; undefined when none is made. */
  readonly trace: LinkTrace | undefined
}

/** What a device that is offline may keep, unless the fleet says otherwise. */
const DEVICE_OUTBOX = { messagesMax: 1_000, bytesMax: 1 << 20, whenFull: 'drop-oldest' } as const

/**
 * @param will of the first connection; default: none.
 * @param nextWill asked before each further attempt.
 */
export function clientOptionsOf(
  { plan, clock, client, openChannel }: FleetDeviceOptions,
  radio: Radio | undefined,
  will?: DeviceWill,
  nextWill: () => DeviceWill | undefined = () => undefined,
): ClientOptions {
  const { clean, keepalive, protocolVersion, sessionExpiry, reconnect } = plan.group.connect
  // The client keeps this object; what it says changes with each attempt.
  let isFresh = true
  const words: { -readonly [Key in keyof Will]: Will[Key] } | undefined = will && { ...will }
  const open = (): ByteChannel => {
    if (words !== undefined && !isFresh) Object.assign(words, nextWill())
    isFresh = false
    const channel = openChannel()
    return radio === undefined ? channel : radio.wrap(channel)
  }
  return {
    reconnectPeriod: reconnect.firstMs,
    reconnectPeriodMaxMs: reconnect.maxMs,
    reconnectJitter: reconnect.isJittered,
    outbox: DEVICE_OUTBOX,
    ...client,
    openChannel: open,
    clientId: plan.clientId,
    clean,
    keepalive,
    protocolVersion,
    clock,
    seed: plan.clientId,
    payloads: 'borrow',
    // Most firmware keeps nothing over a restart and takes the session as it finds it.
    resume: 'adopt',
    // Data that comes after the next birth would belong to the one before.
    ...(plan.group.sparkplug === undefined ? {} : { queueQoSZero: false }),
    ...(words === undefined ? {} : { will: words }),
    ...(radio === undefined ? {} : { pacer: radio }),
    ...(plan.username === undefined ? {} : { username: plan.username }),
    ...(plan.password === undefined ? {} : { password: plan.password }),
    ...(sessionExpiry === undefined
      ? {}
      : { properties: { sessionExpiryInterval: sessionExpiry } }),
  }
}
