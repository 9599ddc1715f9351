// The link of one device, over all its connections: the rules of both directions and what they
// remember. A LinkModel is what all devices of a group share; rules without memory are made once.

import type { Prng } from '@motewire/sdk/kit'
import type { CompleteLink } from './profiles.ts'
import type { LinkRule } from './rule.ts'
import { BandwidthRule } from './rules/bandwidth.ts'
import { CutRule, HandshakeRule, NatRule } from './rules/connection.ts'
import { LatencyRule } from './rules/latency.ts'
import { BurstState, LossRule } from './rules/loss.ts'
import { OutageRule } from './rules/outage.ts'

export interface Link {
  /** For each segment from the device, in this order. */
  readonly up: readonly LinkRule[]
  /** For each segment to the device. */
  readonly down: readonly LinkRule[]
  /** For connection attempts, before those of both directions. */
  readonly handshake: readonly LinkRule[]
  /** Those that want to know when a connection begins, each once. */
  readonly beginning: readonly LinkRule[]
  readonly prng: Prng
  readonly giveUpMs: number
}

/** Makes the links of devices: one model a group. */
export interface LinkSource {
  /**
   * @param prng the device's own stream for its link.
   * @param originMs when the run began, which outages count from.
   * @param clientId of the device, for a source that tells devices apart.
   */
  link(prng: Prng, originMs: number, clientId?: string): Link
}

const NO_RULES: readonly LinkRule[] = []

export class LinkModel implements LinkSource {
  readonly #settings: CompleteLink
  readonly #latency: readonly LinkRule[]
  readonly #steadyLoss: readonly LinkRule[]
  readonly #handshake: readonly LinkRule[]
  readonly #cuts: readonly LinkRule[]
  readonly #shared: readonly LinkRule[]

  /** @param shared rules without memory for what comes down, such as those of a slow broker. */
  constructor(settings: CompleteLink, shared: readonly LinkRule[] = NO_RULES) {
    const { latencyMs, latencyExtraMs, jitterMs, lossShare, burst } = settings
    const { handshakeMs, refuseShare, cutEveryMs } = settings
    this.#settings = settings
    this.#latency =
      latencyMs + latencyExtraMs + jitterMs > 0
        ? [new LatencyRule(latencyMs, latencyExtraMs, jitterMs)]
        : NO_RULES
    this.#steadyLoss =
      burst === null && lossShare > 0 ? [new LossRule(settings, undefined)] : NO_RULES
    this.#handshake =
      handshakeMs + refuseShare > 0 ? [new HandshakeRule(handshakeMs, refuseShare)] : NO_RULES
    this.#cuts = cutEveryMs > 0 ? [new CutRule(cutEveryMs)] : NO_RULES
    this.#shared = shared
  }

  link(prng: Prng, originMs: number): Link {
    const { uplinkBitsPerS, downlinkBitsPerS, uplinkDutyShare, natIdleMs } = this.#settings
    const { burst, outages, giveUpMs } = this.#settings
    const nat = natIdleMs > 0 ? [new NatRule(natIdleMs)] : NO_RULES
    const ways = outages.map((one, at) => {
      return new OutageRule(one, giveUpMs, originMs, prng.fork(`outage/${at}`))
    })
    const loss =
      burst === null ? this.#steadyLoss : [new LossRule(this.#settings, new BurstState(burst))]
    const common = [...ways, ...loss, ...this.#latency]
    const up = rate(uplinkBitsPerS, uplinkDutyShare)
    const down = rate(downlinkBitsPerS, 1)
    return {
      up: [...nat, ...up, ...common],
      down: [...this.#shared, ...nat, ...down, ...common],
      handshake: this.#handshake,
      beginning: [...nat, ...ways, ...this.#cuts],
      prng,
      giveUpMs,
    }
  }
}

function rate(bitsPerS: number, dutyShare: number): readonly LinkRule[] {
  return bitsPerS > 0 ? [new BandwidthRule(bitsPerS, dutyShare)] : NO_RULES
}
