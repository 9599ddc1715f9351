// Sparkplug B payloads: the part of the Tahu protobuf schema that edge nodes and hosts need
// (sparkplug_b.proto: Payload { timestamp 1, metrics 2, seq 3 }, Metric { name 1, alias 2,
// timestamp 3, datatype 4, is_null 7, int 10, long 11, float 12, double 13, boolean 14, string 15
// }). Data sets, templates and property sets are skipped over when read. It does not know topics.

import { ProtobufReader, ProtobufWriter, WireType } from './protobuf.ts'

/** Those of the standard whose values are numbers, truth values or text. */
export const DataType = {
  int8: 1,
  int16: 2,
  int32: 3,
  int64: 4,
  uint8: 5,
  uint16: 6,
  uint32: 7,
  uint64: 8,
  float: 9,
  double: 10,
  boolean: 11,
  string: 12,
  dateTime: 13,
  text: 14,
  uuid: 15,
} as const

/** Written as int, negative ones in two's complement of 32 bits. Tahu has UInt32 among the long. */
const SHORT: ReadonlySet<number> = new Set([
  DataType.int8,
  DataType.int16,
  DataType.int32,
  DataType.uint8,
  DataType.uint16,
])

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
  else writeNumber(writer, datatype, value)
}

function writeNumber(writer: ProtobufWriter, datatype: number, value: number): void {
  if (datatype === DataType.double) writer.double(13, value)
  else if (datatype === DataType.float) writer.float(12, value)
  else if (SHORT.has(datatype)) writer.varint(10, value >>> 0)
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
    else if ((field === 10 || field === 11) && type === WireType.varint) {
      metric.value = readWhole(reader, metric.datatype)
    } else if (field === 12 && type === WireType.fixed32) metric.value = reader.float()
    else if (field === 13 && type === WireType.fixed64) metric.value = reader.double()
    else if (field === 14 && type === WireType.varint) metric.value = reader.varint() !== 0
    else if (field === 15 && type === WireType.bytes) metric.value = reader.text()
    else reader.skip(type)
  }
  return metric
}

/** Signed ones are two's complement, the short ones of 32 bits, which some writers extend to 64. */
function readWhole(reader: ProtobufReader, datatype: number | undefined): number {
  switch (datatype) {
    case DataType.int8:
    case DataType.int16:
    case DataType.int32:
      return reader.signed(32)
    case DataType.int64:
      return reader.signed(64)
    default:
      return reader.varint()
  }
}
