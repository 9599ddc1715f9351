// The fleet room: many devices on one clock.
export type { DevicesInspection, DeviceState } from './device-state.ts'
export { Fleet } from './fleet.ts'
export type { FleetOptions } from './fleet.ts'
export { reportOf, reportOfPart } from './fleet-report.ts'
export { makeRun } from './make-run.ts'
export { messagesPerSecond, obstaclesOf, thisMachine } from './preflight.ts'
export type { Machine, Need, Obstacle } from './preflight.ts'
export type { Run, RunSpec } from './run.ts'
export type { RunPart } from './run-part.ts'
export { shrink } from './shrink.ts'
export type { FailedRun, Shrunk, ShrinkOptions } from './shrink.ts'
export { loopbackSources } from './tcp-dialer.ts'
export type { DialledDevice, Dialer } from './tcp-dialer.ts'
export { STEERED_KINDS, SteeredRun } from './steered-run.ts'
export type { DeviceLink, SteeredFleet } from './steered-run.ts'
export { VirtualRun } from './virtual-run.ts'
export type { VirtualRunOptions } from './virtual-run.ts'
export type {
  FleetInspection,
  FleetSnapshot,
  GroupSnapshot,
  LatencySummary,
} from '../report/index.ts'
