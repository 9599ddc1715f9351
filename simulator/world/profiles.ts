// Links as they are found: each value says where it comes from. Round trips of a source stand here
// as halves, one way, four fifths of it fixed and one fifth exponential unless the source gives a
// range. All of it can be overridden by a scenario.
//
// [C] comcast, README, table of network conditions: latency ms, kbit/s, loss %.
// [A] Arduino and Pycom documentation of LTE-M modules. [R] RCR Wireless 2017 and Pycom on NB-IoT.
// [L] LoRaWAN Regional Parameters, EU868. [I] iotclass.org, LoRa duty cycle.
// [N] what fleet operators tell of NAT: the "five-minute rule" (Astra Telematics; wirelessmoves
//     2020: 270 to 540 s), and Twilio Super SIM: 6 h for TCP.
// [T] RFC 6298: first wait 1 s. [K] Linux ip-sysctl, tcp_retries2: gives up after 924.6 s.

import type {
  BurstSettings,
  LinkProfileName,
  LinkSettings,
  OutageSettings,
} from './link-settings.ts'

/** LinkSettings with nothing left out. */
export interface CompleteLink {
  readonly latencyMs: number
  readonly latencyExtraMs: number
  readonly jitterMs: number
  readonly uplinkBitsPerS: number
  readonly downlinkBitsPerS: number
  readonly uplinkDutyShare: number
  readonly lossShare: number
  readonly retransmitMs: number
  readonly giveUpMs: number
  readonly burst: BurstSettings | null
  readonly handshakeMs: number
  readonly refuseShare: number
  readonly cutEveryMs: number
  readonly natIdleMs: number
  readonly outages: readonly OutageSettings[]
}

const FIVE_MINUTES_MS = 300_000
const SIX_HOURS_MS = 21_600_000

/** A line that adds nothing; the profiles say what is worse. */
export const IDEAL_LINK: CompleteLink = {
  latencyMs: 0,
  latencyExtraMs: 0,
  jitterMs: 0,
  uplinkBitsPerS: 0,
  downlinkBitsPerS: 0,
  uplinkDutyShare: 1,
  lossShare: 0,
  retransmitMs: 1_000, // [T]
  giveUpMs: 924_600, // [K]
  burst: null,
  handshakeMs: 0,
  refuseShare: 0,
  cutEveryMs: 0,
  natIdleMs: 0,
  outages: [],
}

export const LINK_PROFILES: Readonly<Record<LinkProfileName, CompleteLink>> = {
  // 100BASE-TX and a switch or two.
  ethernet: {
    ...IDEAL_LINK,
    latencyMs: 0.2,
    latencyExtraMs: 0.05,
    uplinkBitsPerS: 100e6,
    downlinkBitsPerS: 100e6,
  },
  // [C] Wi-Fi 40 ms; rate and loss of its row "DSL (poor)", as far from the access point; bursts of
  // 1 s every 20 s in which half is lost (our choice: none is published).
  'wifi-poor': {
    ...IDEAL_LINK,
    latencyMs: 16,
    latencyExtraMs: 4,
    jitterMs: 10,
    uplinkBitsPerS: 2e6,
    downlinkBitsPerS: 2e6,
    lossShare: 0.02,
    burst: { goodMs: 20_000, badMs: 1_000, lossShare: 0.5 },
  },
  // [C] 250 ms, 750 kbit/s, 1.5 %; [N]
  '3g': cellular(250, 750e3, 0.015),
  // [C] 300 ms, 250 kbit/s, 1.5 %; [N]
  edge: cellular(300, 250e3, 0.015),
  // [C] 500 ms, 50 kbit/s, 2 %; [N]
  gprs: cellular(500, 50e3, 0.02),
  // [A] 50 to 100 ms, 375 kbit/s half duplex; [N] 6 h.
  'lte-m': {
    ...IDEAL_LINK,
    latencyMs: 25,
    latencyExtraMs: 8,
    uplinkBitsPerS: 375e3,
    downlinkBitsPerS: 375e3,
    lossShare: 0.005,
    natIdleMs: SIX_HOURS_MS,
  },
  // [R] round trip of 0.1 to 8 s: 50 ms fixed one way, and so much exponential that 1 in 100 takes
  // longer than 8 s; 60 kbit/s up, 20 kbit/s single tone down; 2 % lost, in bursts of 2 s; [N] 6 h.
  'nb-iot': {
    ...IDEAL_LINK,
    latencyMs: 50,
    latencyExtraMs: 800,
    uplinkBitsPerS: 60e3,
    downlinkBitsPerS: 20e3,
    retransmitMs: 3_000, // [T] 2.4: smoothed round trip plus four deviations, about.
    burst: { goodMs: 48_000, badMs: 2_000, lossShare: 0.5 },
    natIdleMs: SIX_HOURS_MS,
  },
  // Geostationary: 35,786 km up and down are 239 ms of light, one way. BGAN background service:
  // about 400 kbit/s at best. [C] 2.5 % lost, its row for Starlink.
  satellite: {
    ...IDEAL_LINK,
    latencyMs: 239,
    latencyExtraMs: 60,
    uplinkBitsPerS: 400e3,
    downlinkBitsPerS: 400e3,
    lossShare: 0.025,
    natIdleMs: FIVE_MINUTES_MS,
  },
  // Behind a gateway, at SF7 and 125 kHz. [L] DR5: 5,470 bit/s, first receive window after 1 s;
  // [I] 1 % duty cycle for the device; 5 % lost.
  'lorawan-gateway': {
    ...IDEAL_LINK,
    latencyMs: 500,
    latencyExtraMs: 50,
    uplinkBitsPerS: 5_470,
    downlinkBitsPerS: 5_470,
    uplinkDutyShare: 0.01,
    lossShare: 0.05,
    retransmitMs: 3_000,
  },
}

function cellular(roundTripMs: number, bitsPerS: number, lossShare: number): CompleteLink {
  return {
    ...IDEAL_LINK,
    latencyMs: roundTripMs * 0.4,
    latencyExtraMs: roundTripMs * 0.1,
    uplinkBitsPerS: bitsPerS,
    downlinkBitsPerS: bitsPerS,
    lossShare,
    natIdleMs: FIVE_MINUTES_MS,
  }
}

/** The profile, with what the settings say instead. */
export function completeLink({ profile, ...settings }: LinkSettings): CompleteLink {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined)
  return { ...LINK_PROFILES[profile], ...(Object.fromEntries(given) as Partial<CompleteLink>) }
}
