// Whether a verifying subscriber can tell the messages of a scenario apart: each has to carry its
// number, and its device has to stand in the topic or in the message. Pure; O(streams).

import { mismatch } from './findings.ts'
import type { Finding, KeyPath } from './findings.ts'
import type { DeviceGroup, PayloadSpec, Scenario, StreamSpec } from './scenario.ts'

/** @param pathOf of a group, by its position. */
export function checkVerifiable(
  { groups, verify }: Pick<Scenario, 'groups' | 'verify'>,
  pathOf: (position: number) => KeyPath,
): Finding[] {
  if (!verify) return []
  const topics = groups.flatMap(({ publish }) => publish.map(({ topic }) => topic))
  return groups.flatMap((group, position) => {
    const path = pathOf(position)
    const own = group.model === undefined ? group.firmware && 'firmware' : 'model'
    if (own !== undefined) return [mismatch([...path, own], undefined, OWN[own], nameOf(group))]
    return group.publish.flatMap((stream, at) => {
      const payload = [...path, 'publish', at, 'payload']
      if (!isNumbered(stream.payload)) {
        return [mismatch(payload, undefined, NUMBERED, 'messages without their number')]
      }
      const isShared = topics.filter((topic) => topic === stream.topic).length > 1
      if (hasIdentity(stream.payload) || (!isShared && isOfOneDevice(stream, group))) return []
      return [mismatch(payload, undefined, NAMED, 'messages of devices that share a topic')]
    })
  })
}

function nameOf({ model, firmware }: DeviceGroup): string {
  return model?.path ?? (firmware?.kind === 'image' ? firmware.path : 'a program')
}

/** Why what is published by itself cannot be verified. */
const OWN = {
  model: 'a group without firmware of its own, which nobody can verify',
  firmware:
    'streams or no verify: messages of an image carry no number by which a subscriber could tell ' +
    'which are lost, repeated or out of order',
} as const

const NUMBERED = 'seq in the stamp (in a binary layout as u32 or u64) beside verify'
const NAMED = 'id and stream in the stamp, or {id} or {index} in the topic, beside verify'

function isNumbered(payload: PayloadSpec): boolean {
  if (payload.format !== 'binary') return payload.stamp.includes('seq')
  return payload.layout.some((slot) => {
    const isWide = slot.kind === 'number' && (slot.type === 'u32' || slot.type === 'u64')
    return isWide && slot.from === 'seq' && slot.scale === 1
  })
}

/** Whether a message names its device and stream. */
export function hasIdentity({ format, stamp }: PayloadSpec): boolean {
  return format !== 'binary' && stamp.includes('id') && stamp.includes('stream')
}

function isOfOneDevice({ topic }: StreamSpec, { devices }: DeviceGroup): boolean {
  return devices === 1 || /\{(id|index)/.test(topic)
}
