// Sparkplug B payloads, for devices and for whoever looks at their messages. Runs in a browser too.

export { DataType, decodeSparkplug, encodeSparkplug } from './payload.ts'
export type { Metric, MetricValue, SparkplugPayload } from './payload.ts'
