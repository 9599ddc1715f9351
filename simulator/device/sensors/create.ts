// From the descriptions of a message's fields to the sensors of one device. Constants need none.
// Sensors that follow another one, or the way that the device goes, get hold of it here.

import { assert, unreachable } from '@motewire/sdk/kit'
import type { Prng } from '@motewire/sdk/kit'
import type { ConstantSpec, SensorSpec } from '../../scenario/index.ts'
import type { Modules } from '../modules.ts'
import type { Vehicle } from '../vehicle.ts'
import { CounterSensor } from './counter.ts'
import { FollowSensor, LeadSensor } from './follow.ts'
import { FunctionSensor } from './function.ts'
import { GaussianSensor, UniformSensor } from './noise.ts'
import { ReplaySensor } from './replay.ts'
import type { Sensor } from './sensor.ts'
import { SineSensor } from './sine.ts'
import { StepSensor } from './step.ts'
import { WalkSensor } from './walk.ts'

export type VaryingSpec = Exclude<SensorSpec, ConstantSpec>

/** What sensors of one device share. */
export interface SensorContext {
  /** The device's way; undefined without a track. */
  readonly vehicle: Vehicle | undefined
  readonly modules: Modules
  /** The sensor of a field that stands before. */
  lead(field: string): LeadSensor | undefined
}

/** The sensors of one message, in the order of its fields. */
export function createSensors(
  fields: readonly { readonly name: string; readonly spec: VaryingSpec }[],
  prngOf: (field: string) => Prng,
  shared: Omit<SensorContext, 'lead'>,
): Sensor[] {
  const followed = new Set(
    fields.flatMap(({ spec }) => (spec.sensor === 'follow' ? [spec.of] : [])),
  )
  const leads = new Map<string, LeadSensor>()
  const context: SensorContext = { ...shared, lead: (field) => leads.get(field) }
  return fields.map(({ name, spec }) => {
    const sensor = createSensor(spec, prngOf(name), context)
    if (!followed.has(name)) return sensor
    const lead = new LeadSensor(sensor)
    leads.set(name, lead)
    return lead
  })
}

/** @param prng the sensor's own; it is kept. */
export function createSensor(spec: VaryingSpec, prng: Prng, context?: SensorContext): Sensor {
  switch (spec.sensor) {
    case 'walk':
      return new WalkSensor(spec, prng)
    case 'sine':
      return new SineSensor(spec, prng)
    case 'gaussian':
      return new GaussianSensor(spec, prng)
    case 'uniform':
      return new UniformSensor(spec, prng)
    case 'step':
      return new StepSensor(spec, prng)
    case 'counter':
      return new CounterSensor(spec, prng)
    case 'replay':
      return new ReplaySensor(spec, prng)
    case 'follow': {
      const lead = context?.lead(spec.of)
      assert(lead !== undefined, `no field ${spec.of} before the one that follows it`)
      return new FollowSensor(spec, prng, lead)
    }
    case 'track': {
      const vehicle = context?.vehicle
      assert(vehicle !== undefined, 'a track sensor without a track')
      return { sample: (elapsedMs) => vehicle.figure(spec.figure, elapsedMs) }
    }
    case 'function':
      assert(context !== undefined, 'a function sensor without its module')
      return new FunctionSensor(context.modules.sample(spec.path, spec.name), prng)
    default:
      return unreachable(spec, 'no such sensor')
  }
}
