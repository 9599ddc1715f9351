// What a link between a device and its broker is like, as plain data: a named profile and whatever
// differs from it. Survives JSON and worker boundaries. It does not know how a file spells these,
// nor how a link is simulated. Durations in milliseconds, shares from 0 to 1; "one way" is half of
// a round trip. What is left out comes from the profile.

export const LINK_PROFILE_NAMES: readonly [
  'ethernet',
  'wifi-poor',
  '3g',
  'edge',
  'gprs',
  'lte-m',
  'nb-iot',
  'satellite',
  'lorawan-gateway',
] = [
  'ethernet',
  'wifi-poor',
  '3g',
  'edge',
  'gprs',
  'lte-m',
  'nb-iot',
  'satellite',
  'lorawan-gateway',
]

export type LinkProfileName = (typeof LINK_PROFILE_NAMES)[number]

/** `link: nb-iot` is `{ profile: 'nb-iot' }`. */
export interface LinkSettings {
  readonly profile: LinkProfileName
  /** Shortest way of a segment, one way. */
  readonly latencyMs?: number | undefined
  /** Mean of the exponential part on top, one way. */
  readonly latencyExtraMs?: number | undefined
  /** Uniform part on top, below this, one way. */
  readonly jitterMs?: number | undefined
  /** Bits a second from the device; 0 is without limit. */
  readonly uplinkBitsPerS?: number | undefined
  /** Bits a second to the device; 0 is without limit. */
  readonly downlinkBitsPerS?: number | undefined
  /** Part of the time that the device may send, as radio law demands: 0.01 is 1 %. */
  readonly uplinkDutyShare?: number | undefined
  /** Probability that a segment is lost, outside of bursts. TCP sends it again: a stall. */
  readonly lossShare?: number | undefined
  /** First wait before a lost segment is sent again; doubles with each loss. */
  readonly retransmitMs?: number | undefined
  /** TCP gives up a connection that got nothing across for so long. */
  readonly giveUpMs?: number | undefined
  /** Bad times (Gilbert-Elliott). `null` takes those of the profile away. */
  readonly burst?: BurstSettings | null | undefined
  /** Extra time of each connection attempt, as of a TLS handshake or a slow modem. */
  readonly handshakeMs?: number | undefined
  /** Probability that a connection attempt is refused. */
  readonly refuseShare?: number | undefined
  /** Mean time until a connection is cut for no reason; 0 is never. */
  readonly cutEveryMs?: number | undefined
  /**
   * Silence after which a NAT on the way forgets the connection and tells nobody: bytes of both
   * sides vanish. 0 is never.
   */
  readonly natIdleMs?: number | undefined
  readonly outages?: readonly OutageSettings[] | undefined
}

/** Two states with exponential times; both directions share them. */
export interface BurstSettings {
  /** Mean length of a good time. */
  readonly goodMs: number
  /** Mean length of a bad time. */
  readonly badMs: number
  /** Probability that a segment is lost in a bad time. */
  readonly lossShare: number
}

/** No way through for a while. */
export interface OutageSettings {
  /** First begin, after the run began. */
  readonly startMs: number
  readonly durationMs: number
  /** From one begin to the next; left out: once. */
  readonly everyMs?: number | undefined
  /** Shifts all begins by one draw a device, uniform up to this far to either side. Default 0. */
  readonly spreadMs?: number | undefined
  /** Part of the devices that have this outage, drawn for each. Default 1. */
  readonly share?: number | undefined
  /**
   * `silent` (default): bytes wait, as TCP's would, and nobody is told. `cut`: connections break at
   * its begin, and attempts are refused.
   */
  readonly how?: 'silent' | 'cut' | undefined
}

/** What happens to the broker during a run in virtual time. */
export type BrokerFault =
  | {
      readonly kind: 'restart'
      readonly atMs: number
      /** Connections are refused for so long. */
      readonly downMs: number
      /** Whether sessions and retained messages outlive it. */
      readonly isPersistent: boolean
    }
  | {
      /** Everything that the broker sends is late. */
      readonly kind: 'slow'
      readonly atMs: number
      readonly durationMs: number
      readonly delayMs: number
    }
