// A Sparkplug B payload as JSON, a metric a line, so that comparing two shows the metrics that
// changed. Times are written out. Names of aliases stand in the birth message only, so data
// messages show numbers. O(bytes).

import { DataType, decodeSparkplug } from '@motewire/simulator/sparkplug'
import type { Metric } from '@motewire/simulator/sparkplug'

/** `spBv1.0/GROUP/TYPE/NODE[/DEVICE]`, also where a bridge put a prefix before it. */
const TOPIC = /(?:^|\/)spBv1\.0\/[^/]+\/[ND](?:BIRTH|DEATH|DATA|CMD)\//

const TYPE_NAMES = new Map<number, string>(
  Object.entries(DataType).map(([name, number]) => [number, name]),
)

/** Undefined unless the topic is one of Sparkplug's and the bytes are such a payload. */
export function sparkplugText(topic: string, bytes: Uint8Array): string | undefined {
  const payload = TOPIC.test(topic) ? decodeSparkplug(bytes) : undefined
  if (payload === undefined) return undefined
  const lines: string[] = []
  if (payload.timestamp !== undefined) lines.push(`"timestamp": ${timeOf(payload.timestamp)}`)
  if (payload.seq !== undefined) lines.push(`"seq": ${payload.seq}`)
  const metrics = payload.metrics.map((metric) => `\n    ${spaced(told(metric))}`)
  lines.push(`"metrics": [${metrics.join(',')}${metrics.length > 0 ? '\n  ' : ''}]`)
  return `{\n  ${lines.join(',\n  ')}\n}`
}

function told({ name, alias, datatype, value, timestamp }: Metric): object {
  const type = datatype === undefined ? undefined : (TYPE_NAMES.get(datatype) ?? datatype)
  const time = timestamp === undefined ? undefined : JSON.parse(timeOf(timestamp))
  // A number for a name: data sets, templates and the like, which the codec skips.
  if (typeof type === 'number') return { name, alias, type, timestamp: time }
  const isPlain = typeof value !== 'number' || Number.isFinite(value)
  return { name, alias, type, value: isPlain ? value : String(value), timestamp: time }
}

/** JSON on one line that can be broken where the screen ends. */
function spaced(record: object): string {
  const fields = Object.entries(record)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `"${key}": ${JSON.stringify(value)}`)
  return `{ ${fields.join(', ')} }`
}

/** A number that is no time stays a number. */
function timeOf(ms: number): string {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? String(ms) : JSON.stringify(date)
}
