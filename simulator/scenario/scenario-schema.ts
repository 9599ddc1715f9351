// The schema of a whole scenario file: what each top-level key may hold, and the JSON Schema for
// editors that comes of it. Whether groups fit together is cross-checks.ts.

import * as z from 'zod'
import * as bounds from './bounds.ts'
import { DEFAULTS } from './defaults.ts'
import { jsonSchemaOf } from './document.ts'
import { groupsSchema } from './group-schema.ts'
import type { GroupDraft } from './group-schema.ts'
import { CLOCK_PATTERN, parseClock, parseRate, RATE_PATTERN } from './quantity.ts'
import type { BrokerTarget, Ramp, ScenarioClock, ScenarioFault, Stage } from './scenario.ts'
import { thresholdsSchema } from './threshold-schema.ts'
import { faultsSchema, stagesSchema } from './timeline-schema.ts'
import { duration, flag, mapping, quantity, rule, template, whole } from './schema-leaf.ts'

/** A file that holds nothing wrong by itself. */
export interface ScenarioDraft {
  readonly version: 1
  readonly name: string | undefined
  readonly seed: number | string
  readonly broker: BrokerTarget
  readonly clock: ScenarioClock
  readonly durationMs: number | undefined
  readonly devices: number | undefined
  readonly verify: boolean
  readonly only: readonly string[] | undefined
  readonly ramp: Ramp
  readonly thresholds: readonly string[]
  readonly faults: readonly ScenarioFault[]
  readonly stages: readonly Stage[]
  readonly groups: readonly GroupDraft[]
}

const NAME = 'text of 1 to 100 characters'
const ONLY = `a list of 1 to ${bounds.DEVICES_MAX} client ids`
const SEED = 'a whole number, or 1 to 64 letters, digits, - _ or .'
const URL_EXPECTED = 'a broker URL such as mqtt://127.0.0.1:1883, or embedded'
const URL_PATTERN = /^(embedded|(mqtts?|wss?|tcp|ssl|serial|unix):\/\/\S+)$/

const seed = z.union(
  [
    z.number({ error: SEED }).int({ error: SEED }),
    z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, { error: SEED }),
  ],
  { error: SEED },
)

const url = z
  .string({ error: URL_EXPECTED })
  .regex(URL_PATTERN, { error: URL_EXPECTED })
  .refine((text) => text === 'embedded' || URL.canParse(text), { error: URL_EXPECTED })

const URLS_EXPECTED = `1 to ${bounds.BROKERS_MAX} broker URLs such as mqtt://127.0.0.1:1883`

/** One broker, or several that the devices take in turn. */
const urls = z
  .union(
    [
      url.transform((text): readonly string[] => [text]),
      z
        .array(
          url.refine((text) => text !== 'embedded', {
            error: 'a broker URL, as others are beside it',
          }),
        )
        .min(1, { error: URLS_EXPECTED })
        .max(bounds.BROKERS_MAX, { error: URLS_EXPECTED }),
    ],
    { error: `${URL_EXPECTED}, or a list of URLs` },
  )
  .describe('Where the broker is; several, and devices take them in turn.')

const path = template('the path of a file')

/** So that a URL alone has the same keys. */
const NO_TRUST = {
  username: undefined,
  password: undefined,
  ca: undefined,
  cert: undefined,
  key: undefined,
  verify: true,
}

const broker: z.ZodType<BrokerTarget> = z
  .union(
    [
      urls.transform((list) => ({ url: list })),
      mapping({
        url: urls.prefault(DEFAULTS.broker.url),
        username: template('a user name').optional().describe('Template; default: none.'),
        password: template('a password').optional().describe('Template; default: none.'),
        ca: path.optional().describe('Authorities to trust, PEM. Default: those of Node.'),
        cert: path.optional().describe('Certificate of each device, PEM; a template.'),
        key: path.optional().describe('Its key, PEM; a template.'),
        verify: flag().default(true).describe("Whether the broker's certificate must be good."),
      }).refine(
        ({ cert, key }) => (cert === undefined) === (key === undefined),
        rule('cert', 'cert and key, or neither'),
      ),
    ],
    {
      error:
        `${URL_EXPECTED}, a list of URLs, ` +
        'or a mapping with url, username, password, ca, cert and key',
    },
  )
  .transform((value) => {
    const { url: list, verify, ...given } = { ...NO_TRUST, ...value }
    return { ...given, urls: list, isVerified: verify }
  })

const clock: z.ZodType<ScenarioClock> = quantity(
  CLOCK_PATTERN,
  `real, virtual or scaled:N with N up to ${bounds.CLOCK_FACTOR_MAX}`,
  parseClock,
  (value) =>
    value.kind !== 'scaled' || (value.factor > 0 && value.factor <= bounds.CLOCK_FACTOR_MAX),
)

const rate: z.ZodType<number, string> = quantity(
  RATE_PATTERN,
  `a rate up to ${bounds.RATE_PER_SECOND_MAX}/s, such as 50/s or 10/m`,
  parseRate,
  (perSecond) => perSecond > 0 && perSecond <= bounds.RATE_PER_SECOND_MAX,
)

const ramp: z.ZodType<Ramp> = z
  .union(
    [
      rate.transform((perSecond) => ({ rate: perSecond, start: DEFAULTS.rampStart })),
      mapping({
        rate: rate.optional().describe('Devices switched on a second, such as 200/s.'),
        over: duration().optional().describe('Time in which all devices are switched on.'),
        start: z
          .enum(['linear', 'poisson'], { error: 'linear or poisson' })
          .default(DEFAULTS.rampStart)
          .describe('linear: evenly spaced; poisson: at random, as independent devices would.'),
      }).refine(
        (value) => (value.rate === undefined) !== (value.over === undefined),
        rule('rate', 'either rate or over'),
      ),
    ],
    { error: 'a rate such as 50/s, or a mapping with rate or over, and start' },
  )
  .transform((value): Ramp => {
    const { start } = value
    if (value.rate !== undefined) return { pace: { perSecond: value.rate }, start }
    return { pace: { overMs: 'over' in value ? (value.over ?? 0) : 0 }, start }
  })

export const scenarioSchema: z.ZodType<ScenarioDraft> = mapping(
  {
    version: z
      .literal(1, { error: '1' })
      .describe('Version of the scenario language. This one is 1.'),
    name: z
      .string({ error: NAME })
      .min(1, { error: NAME })
      .max(100, { error: NAME })
      .optional()
      .describe('What reports call the run. Default: the name of the file.'),
    seed: seed
      .default(DEFAULTS.seed)
      .describe('Equal scenario and seed give equal devices, values and start times.'),
    broker: broker.prefault(DEFAULTS.broker.url).describe('Broker to use, and credentials.'),
    clock: clock.prefault(DEFAULTS.clock).describe('How time passes: real, virtual or scaled:N.'),
    duration: duration(1).optional().describe('Length of the run. Default: until it is stopped.'),
    devices: whole(1, bounds.DEVICES_MAX)
      .optional()
      .describe('Devices of the whole fleet, divided among the groups by count or weight.'),
    verify: flag()
      .default(false)
      .describe('Whether a subscriber verifies by the stamps what arrives at the broker.'),
    only: z
      .array(z.string({ error: 'a client id' }), { error: ONLY })
      .min(1, { error: ONLY })
      .max(bounds.DEVICES_MAX, { error: ONLY })
      .optional()
      .describe('Client ids of the devices that run, of the whole fleet. Default: all.'),
    ramp: ramp.prefault(DEFAULTS.ramp).describe('How fast the devices are switched on.'),
    thresholds: thresholdsSchema.describe(
      'What the run must come to, such as "acked.rate > 0.99"; else it fails with exit code 3.',
    ),
    faults: faultsSchema.describe('What goes wrong at which time: broker, links, devices.'),
    stages: stagesSchema.describe('What is done at which time: more load, messages to devices.'),
    groups: groupsSchema.describe('The kinds of devices.'),
  },
  'a mapping with version: 1 and groups',
).transform(({ duration: durationMs, ...rest }) => ({
  ...rest,
  name: rest.name,
  devices: rest.devices,
  only: rest.only,
  durationMs,
}))

/** The JSON Schema (draft 2020-12) of scenario files; published as scenario.schema.json. */
export function scenarioJsonSchema(): Record<string, unknown> {
  const description = 'A fleet of simulated MQTT devices. Reference: docs/scenario.md'
  return jsonSchemaOf(scenarioSchema, 'motewire scenario', description)
}
