// Reads what is asked of a fleet, strictly. Pure.

import { LINK_PROFILE_NAMES, STEERED_KINDS } from '@motewire/simulator'
import type { DeviceLink, LinkProfileName, SteeredFleet } from '@motewire/simulator'
import { FLEET_DEVICES_MAX } from '../limits.ts'
import { fieldsOf, invalid, isWhole } from '../workbench/profile.ts'

const EVERY_MS_MIN = 100
const EVERY_MS_MAX = 3_600_000

/** @throws ConsoleError `ERR_CONSOLE_BODY_INVALID` */
export function readFleet(body: unknown): SteeredFleet {
  const fields = fieldsOf(body, ['kind', 'devices', 'everyMs', 'qos', 'link'])
  const { devices, everyMs = 5_000, qos = 1 } = fields
  const kind = STEERED_KINDS.find((name) => name === (fields['kind'] ?? 'sensor'))
  if (kind === undefined) throw invalid(`kind is none of ${STEERED_KINDS.join(', ')}`)
  if (!isWhole(devices, 1, FLEET_DEVICES_MAX)) {
    throw invalid(`devices is not a number from 1 to ${FLEET_DEVICES_MAX}`)
  }
  if (!isWhole(everyMs, EVERY_MS_MIN, EVERY_MS_MAX)) {
    throw invalid(`everyMs is not a number from ${EVERY_MS_MIN} to ${EVERY_MS_MAX}`)
  }
  if (qos !== 0 && qos !== 1 && qos !== 2) throw invalid('qos is none of 0, 1, 2')
  return { kind, devices, everyMs, qos, link: linkOf(fields['link'] ?? 'ethernet') }
}

/** @throws ConsoleError `ERR_CONSOLE_BODY_INVALID` */
export function readFleetLink(body: unknown): LinkProfileName {
  return linkOf(fieldsOf(body, ['link'])['link'])
}

/**
 * Undefined: the link of all.
 * @throws ConsoleError `ERR_CONSOLE_BODY_INVALID`
 */
export function readDeviceLink(body: unknown): DeviceLink | undefined {
  const { link } = fieldsOf(body, ['link'])
  if (link === null) return undefined
  return link === 'cut' ? link : linkOf(link, ', cut, null')
}

function linkOf(value: unknown, further = ''): LinkProfileName {
  const profile = LINK_PROFILE_NAMES.find((name) => name === value)
  if (profile !== undefined) return profile
  throw invalid(`link is none of ${LINK_PROFILE_NAMES.join(', ')}${further}`)
}
