// What the operator of a fleet sends to its devices, as the scenario's stages say: which message to
// which device at which time. Each device's is drawn from its own random numbers. O(devices).

import type { DevicePlan } from './fleet-plan.ts'
import type { Scenario, SendStage } from './scenario.ts'
import { Template } from './template.ts'

export interface PlannedSend {
  /** After the run began. */
  readonly atMs: number
  readonly topic: string
  readonly payload: string
  readonly stage: SendStage
}

/** Those to these devices, in the order of time. */
export function plannedSends(
  { stages, seed }: Scenario,
  devices: readonly DevicePlan[],
): PlannedSend[] {
  const sends = stages.flatMap((stage) => {
    if (stage.kind !== 'send') return []
    const [topic, payload] = [Template.of(stage.topic), Template.of(stage.payload)]
    return devices.flatMap(({ group, prng, number, clientId }): PlannedSend[] => {
      if (stage.groups?.includes(group.name) === false) return []
      const own = prng.fork(`stage/${stage.topic}/${stage.atMs}`)
      if (own.unit() >= stage.share) return []
      const values = { index: number, group: group.name, id: clientId, seed }
      const atMs = stage.atMs + own.unit() * stage.overMs
      return [{ atMs, topic: topic.render(values), payload: payload.render(values), stage }]
    })
  })
  return sends.toSorted((one, other) => one.atMs - other.atMs)
}
