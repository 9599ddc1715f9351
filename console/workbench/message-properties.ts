// The MQTT 5 properties of an application message, as they travel from one connection to another
// and through JSON, where correlation data are Base64. What belongs to one connection only, aliases
// and subscription identifiers, is left behind. Pure.

import type { Properties } from '@motewire/sdk/codec'
import { fieldsOf, invalid } from './profile.ts'

export type MessageProperties = Pick<
  Properties,
  | 'payloadFormatIndicator'
  | 'messageExpiryInterval'
  | 'contentType'
  | 'responseTopic'
  | 'correlationData'
  | 'userProperties'
>

const NAMES: readonly (keyof MessageProperties)[] = [
  'payloadFormatIndicator',
  'messageExpiryInterval',
  'contentType',
  'responseTopic',
  'correlationData',
  'userProperties',
]

/** Those of the message itself, with bytes of their own; undefined: none. */
export function messageProperties(received: Properties | undefined): MessageProperties | undefined {
  if (received === undefined) return undefined
  const found = NAMES.flatMap((name) => {
    const value = received[name]
    if (value === undefined) return []
    return [[name, value instanceof Uint8Array ? Buffer.from(value) : value] as const]
  })
  return found.length === 0 ? undefined : Object.fromEntries(found)
}

/** As they stand in JSON. */
export function propertiesView(properties: Properties): Record<string, unknown> {
  const { correlationData, ...rest } = properties
  if (correlationData === undefined) return rest
  return { ...rest, correlationData: Buffer.from(correlationData).toString('base64') }
}

/**
 * From JSON; undefined stays. What the values are is checked where they are published.
 * @throws ConsoleError `ERR_CONSOLE_BODY_INVALID`
 */
export function readProperties(value: unknown): MessageProperties | undefined {
  if (value === undefined) return undefined
  const properties = fieldsOf(value, NAMES)
  const { correlationData } = properties
  if (correlationData === undefined) return properties
  if (typeof correlationData !== 'string') throw invalid('correlationData is not a text')
  return { ...properties, correlationData: Buffer.from(correlationData, 'base64') }
}
