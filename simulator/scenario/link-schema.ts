// What a scenario says about links, into the plain data that the world reads
// (simulator/world/link-settings.ts). Spelled for people: `latency: 80ms`, `uplink: 60kbit/s`,
// `loss: 2%`. It does not know how a link is simulated.

import * as z from 'zod'
import { LINK_PROFILE_NAMES } from '../world/link-settings.ts'
import type { BurstSettings, LinkSettings, OutageSettings } from '../world/link-settings.ts'
import { FAULTS_MAX } from './bounds.ts'
import { BITRATE_PATTERN, parseBitrate, parseShare, SHARE_PATTERN } from './quantity.ts'
import { duration, mapping, quantity } from './schema-leaf.ts'

const SHARE = 'a share such as 2% or 0.02'

/** `2%` or a number from 0 to 1. */
export const share: z.ZodType<number, number | string> = z.union(
  [
    z.number({ error: SHARE }).min(0, { error: SHARE }).max(1, { error: SHARE }),
    quantity(SHARE_PATTERN, SHARE, parseShare, (value) => value <= 1),
  ],
  { error: SHARE },
)

const bitrate = quantity(
  BITRATE_PATTERN,
  'a bit rate such as 60kbit/s, 1Mbit/s, or unlimited',
  parseBitrate,
  (bits) => bits <= 1e12,
)

const PROFILE = `one of ${LINK_PROFILE_NAMES.join(' ')}`
const profile = z.enum(LINK_PROFILE_NAMES, { error: PROFILE })

const burst: z.ZodType<BurstSettings> = mapping({
  good: duration(1).describe('Mean length of a good time.'),
  bad: duration(1).describe('Mean length of a bad time.'),
  loss: share.describe('Part of the segments lost in a bad time.'),
}).transform(({ good, bad, loss }) => ({ goodMs: good, badMs: bad, lossShare: loss }))

const outage: z.ZodType<OutageSettings> = mapping({
  start: duration().describe('First begin, after the run began.'),
  duration: duration(1).describe('How long it lasts.'),
  every: duration(1).optional().describe('From one begin to the next. Default: once.'),
  spread: duration().optional().describe('Shifts it for each device by up to this, both ways.'),
  share: share.optional().describe('Part of the devices that have it. Default: all.'),
  how: z
    .enum(['silent', 'cut'], { error: 'silent or cut' })
    .optional()
    .describe('silent (default): bytes wait and nobody is told; cut: connections break.'),
}).transform(({ start, duration: durationMs, every, spread, ...rest }) => ({
  startMs: start,
  durationMs,
  everyMs: every,
  spreadMs: spread,
  share: rest.share,
  how: rest.how,
}))

const shape = {
  profile: profile.describe('What holds for all that is not said.'),
  latency: duration().optional().describe('Shortest way of a segment, one way.'),
  latencyExtra: duration().optional().describe('Mean of the random part on top, one way.'),
  jitter: duration().optional().describe('Uniform part on top, one way.'),
  uplink: bitrate.optional().describe('From the device: 60kbit/s, or unlimited.'),
  downlink: bitrate.optional().describe('To the device.'),
  dutyCycle: share.optional().describe('Part of the time in which the device may send.'),
  loss: share.optional().describe('Part of the segments lost; TCP sends them again: a stall.'),
  retransmit: duration(1).optional().describe('First wait before a lost segment is sent again.'),
  giveUp: duration(1).optional().describe('TCP gives up a connection after so long without way.'),
  burst: z
    .union([burst, z.literal('none', { error: 'a mapping with good, bad and loss, or none' })])
    .optional()
    .describe('Bad times in which far more is lost; none: not even those of the profile.'),
  handshake: duration().optional().describe('Extra time of each connection attempt.'),
  refuse: share.optional().describe('Part of the connection attempts that are refused.'),
  cutEvery: duration().optional().describe('Mean time until a connection is cut; 0s: never.'),
  natIdle: duration().optional().describe('Silence after which a NAT forgets; 0s: never.'),
  outages: z
    .array(outage, { error: 'a list of outages' })
    .max(FAULTS_MAX, { error: `at most ${FAULTS_MAX} outages` })
    .optional()
    .describe('Times without way through.'),
}

/** A profile's name, or a mapping with `profile` and what differs from it. */
export const linkSchema: z.ZodType<LinkSettings> = z
  .union([profile.transform((name) => ({ profile: name })), mapping(shape)], {
    error: `${PROFILE}, or a mapping with profile and what differs`,
  })
  .transform((value): LinkSettings => {
    const { profile: name, ...rest } = { ...NOTHING, ...value }
    return {
      profile: name,
      latencyMs: rest.latency,
      latencyExtraMs: rest.latencyExtra,
      jitterMs: rest.jitter,
      uplinkBitsPerS: rest.uplink,
      downlinkBitsPerS: rest.downlink,
      uplinkDutyShare: rest.dutyCycle,
      lossShare: rest.loss,
      retransmitMs: rest.retransmit,
      giveUpMs: rest.giveUp,
      burst: rest.burst === 'none' ? null : rest.burst,
      handshakeMs: rest.handshake,
      refuseShare: rest.refuse,
      cutEveryMs: rest.cutEvery,
      natIdleMs: rest.natIdle,
      outages: rest.outages,
    }
  })

type Keys = Omit<z.infer<z.ZodObject<typeof shape>>, 'profile'>
/** So that a profile alone has the same keys. */
const NOTHING: Keys = {}
