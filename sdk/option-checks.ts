// Checks of single options. Each says which option it is, what was found and what was expected.

import { propertiesProblem } from './codec/index.ts'
import type { Properties, QoS } from './codec/index.ts'
import { UsageError } from './errors.ts'

const QOS = [0, 1, 2] as const

/** The QoS somebody wrote, or a UsageError. */
export function checkedQos(what: string, qos: number | undefined): QoS {
  if (qos === 0 || qos === 1 || qos === 2) return qos
  return oneOf(what, (qos ?? 0) as QoS, QOS)
}

/** @throws UsageError ERR_OPTION_INVALID. */
export function whole(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw invalid(name, String(value), `a whole number from ${min} to ${max}`)
}

/** @throws UsageError ERR_OPTION_INVALID. */
export function oneOf<T extends string | number>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value
  throw invalid(name, String(value), `one of ${allowed.join(', ')}`)
}

export function invalid(name: string, found: string, expected: string): UsageError {
  return new UsageError('ERR_OPTION_INVALID', `option ${name} is ${found}, expected ${expected}`)
}

/** @throws UsageError ERR_OPTION_INVALID for properties that a client may not send there. */
export function checkProperties(properties: Properties | undefined, packetType: number): void {
  const problem = propertiesProblem(properties, packetType)
  if (problem !== undefined) throw new UsageError('ERR_OPTION_INVALID', problem)
}
