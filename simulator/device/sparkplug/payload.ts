// Sparkplug B payloads: the part of the Tahu protobuf schema that edge nodes and hosts need
// (sparkplug_b.proto: Payload { timestamp 1, metrics 2, seq 3 }, Metric { name 1, alias 2,
// timestamp 3, datatype 4, is_null 7, int 10, long 11, float 12, double 13, boolean 14, string 15
// }). Data sets, templates and property sets are skipped over when read. It does not know topics.

import { ProtobufReader, ProtobufWriter, WireType } from './protobuf.ts'

/** Of those that the standard knows, what our sensors and its own metrics need. */
export const DataType = { int64: 4, uint64: 8, double: 10, boolean: 11, string: 12 } as const

export type MetricValue = number | boolean | string | null

export interface Metric {
  /** Left out of data messages, where the alias stands for it. */
  readonly name?: string | undefined
  readonly alias?: number | undefined
  /** Milliseconds since 1970. */
  readonly timestamp?: number | undefined
  readonly datatype?: number | undefined
  readonly value: MetricValue
}

export interface SparkplugPayload {
  /** Milliseconds since 1970. */
  readonly timestamp?: number | undefined
  /** 0 to 255; left out of NDEATH and commands. */
  readonly seq?: number | undefined
  readonly metrics: readonly Metric[]
}

export function encodeSparkplug({ timestamp, seq, metrics }: SparkplugPayload): Uint8Array {
  const writer = new ProtobufWriter()
  if (timestamp !== undefined) writer.varint(1, timestamp)
  for (const metric of metrics) writer.message(2, () => writeMetric(writer, metric))
  if (seq !== undefined) writer.varint(3, seq)
  return writer.finish()
}

function writeMetric(writer: ProtobufWriter, metric: Metric): void {
  const { name, alias, timestamp, value, datatype = typeOf(value) } = metric
  if (name !== undefined) writer.text(1, name)
  if (alias !== undefined) writer.varint(2, alias)
  if (timestamp !== undefined) writer.varint(3, timestamp)
  writer.varint(4, datatype)
  if (value === null) writer.varint(7, 1)
  else if (typeof value === 'boolean') writer.varint(14, value ? 1 : 0)
  else if (typeof value === 'string') writer.text(15, value)
  else if (datatype === DataType.double) writer.double(13, value)
  else writer.varint(11, value)
}

function typeOf(value: MetricValue): number {
  if (typeof value === 'boolean') return DataType.boolean
  if (typeof value === 'string') return DataType.string
  return Number.isInteger(value) ? DataType.int64 : DataType.double
}

/** Undefined when the bytes are no such payload. */
export function decodeSparkplug(bytes: Uint8Array): SparkplugPayload | undefined {
  try {
    return readPayload(new ProtobufReader(bytes))
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function readPayload(reader: ProtobufReader): SparkplugPayload {
  let timestamp: number | undefined
  let seq: number | undefined
  const metrics: Metric[] = []
  while (!reader.isAtEnd) {
    const { field, type } = reader.tag()
    if (field === 1 && type === WireType.varint) timestamp = reader.varint()
    else if (field === 3 && type === WireType.varint) seq = reader.varint()
    else if (field === 2 && type === WireType.bytes) {
      metrics.push(readMetric(new ProtobufReader(reader.bytes())))
    } else reader.skip(type)
  }
  return { timestamp, seq, metrics }
}

function readMetric(reader: ProtobufReader): Metric {
  const metric: { -readonly [Key in keyof Metric]: Metric[Key] } = { value: null }
  while (!reader.isAtEnd) {
    const { field, type } = reader.tag()
    if (field === 1 && type === WireType.bytes) metric.name = reader.text()
    else if (field === 2 && type === WireType.varint) metric.alias = reader.varint()
    else if (field === 3 && type === WireType.varint) metric.timestamp = reader.varint()
    else if (field === 4 && type === WireType.varint) metric.datatype = reader.varint()
    else if (field === 10 && type === WireType.varint) metric.value = reader.varint()
    else if (field === 11 && type === WireType.varint) {
      metric.value = metric.datatype === DataType.int64 ? reader.signed() : reader.varint()
    } else if (field === 12 && type === WireType.fixed32) metric.value = reader.float()
    else if (field === 13 && type === WireType.fixed64) metric.value = reader.double()
    else if (field === 14 && type === WireType.varint) metric.value = reader.varint() !== 0
    else if (field === 15 && type === WireType.bytes) metric.value = reader.text()
    else reader.skip(type)
  }
  return metric
}
