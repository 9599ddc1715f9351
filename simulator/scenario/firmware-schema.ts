// A real image that the devices of a group run, and what its analog inputs see.

import * as z from 'zod'
import { fieldsSchema } from './payload-schema.ts'
import type { FieldSpec, FirmwareSpec } from './scenario.ts'
import { mapping } from './schema-leaf.ts'
import { driftSchema } from './track-schema.ts'

const IMAGE = 'the path of an image such as ./pump.hex, .uf2 or .bin'
const path = z.string({ error: IMAGE }).regex(/\.(hex|uf2|bin)$/i, { error: IMAGE })

const INPUTS = 'a mapping of analog inputs, 0 to 7, to numbers or sensors of numbers, in volts'

function isInput({ name, sensor }: FieldSpec): boolean {
  if (!/^[0-7]$/.test(name) || sensor.sensor === 'step') return false
  return sensor.sensor !== 'constant' || typeof sensor.value === 'number'
}

const DRIFT = '30ppm'

export const firmwareSchema: z.ZodType<FirmwareSpec> = z
  .union(
    [
      path.transform((file) => ({ file, drift: Number.parseFloat(DRIFT), analog: [] })),
      mapping({
        file: path.describe('Intel HEX, UF2, or the flash byte by byte.'),
        drift: driftSchema.prefault(DRIFT).describe('Each crystal is off by up to this.'),
        analog: fieldsSchema
          .refine((fields) => fields.every(isInput), { error: INPUTS })
          .prefault({})
          .describe('Analog inputs, 0 to 7, and the sensors that they see, in volts.'),
      }),
    ],
    { error: `${IMAGE}, or a mapping with file, drift and analog` },
  )
  .transform(({ file, drift, analog }) => ({ path: file, driftPpm: drift, analog }))
