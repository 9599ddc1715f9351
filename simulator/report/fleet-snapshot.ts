// What a running fleet tells about itself: the live progress line, the console's fleet page and the
// end report are all made from this one snapshot. Counts are since the start of the run.

/** A percentile ladder of one measured quantity, in milliseconds. */
export interface LatencySummary {
  readonly count: number
  readonly min: number
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

export interface GroupSnapshot {
  readonly name: string
  readonly devices: number
  readonly connected: number
  readonly published: number
  readonly acked: number
  readonly queued: number
}

export interface FleetSnapshot {
  readonly scenario: string
  readonly broker: string
  readonly phase: 'starting' | 'running' | 'draining' | 'ended'
  readonly elapsedMs: number
  /** Planned run time; undefined when it runs until it is stopped. */
  readonly durationMs: number | undefined
  readonly devices: number
  /** Devices that the ramp has started so far. */
  readonly started: number
  readonly connected: number
  /** Messages the device models asked to send. */
  readonly published: number
  /**
   * Messages whose delivery to the broker is confirmed: QoS 0 written, QoS 1 PUBACK, QoS 2
   * PUBCOMP.
   */
  readonly acked: number
  /** Messages that ended in any other way: dropped, rejected, expired. */
  readonly lost: number
  /** Messages still waiting in the devices' outboxes or in flight. */
  readonly queued: number
  readonly reconnects: number
  readonly errors: number
  readonly publishesPerSecond: number
  /** Publish to acknowledgement, from the intended send time. */
  readonly ackLatencyMs: LatencySummary
  /** How late this process ran its own schedule: large values mean the tool was the bottleneck. */
  readonly lagMs: LatencySummary
  readonly groups: readonly GroupSnapshot[]
}

export interface FleetInspection {
  snapshot(): FleetSnapshot
}
