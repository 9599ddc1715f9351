// From a sensor's description to the sensor of one device. Constants need none.

import { unreachable } from '@motewire/sdk/kit'
import type { Prng } from '@motewire/sdk/kit'
import type { ConstantSpec, SensorSpec } from '../../scenario/index.ts'
import { CounterSensor } from './counter.ts'
import { GaussianSensor, UniformSensor } from './noise.ts'
import type { Sensor } from './sensor.ts'
import { SineSensor } from './sine.ts'
import { StepSensor } from './step.ts'
import { WalkSensor } from './walk.ts'

export type VaryingSpec = Exclude<SensorSpec, ConstantSpec>

/** @param prng the sensor's own; it is kept. */
export function createSensor(spec: VaryingSpec, prng: Prng): Sensor {
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
    default:
      return unreachable(spec, 'no such sensor')
  }
}
