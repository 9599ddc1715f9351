// @motewire/simulator: fleets of virtual MQTT devices. The broker, the scenario language and
// reports have entries of their own: ./broker, ./scenario, ./report.
export { GroupModel, Modules, PayloadBuffer, PeriodicTask, ScenarioDevice } from './device/index.ts'
export type {
  Device,
  DeviceModel,
  DeviceModelFactory,
  DevicePublishOptions,
  DevicePublishResult,
  GeoPosition,
  PeriodicSchedule,
  SampleFunction,
} from './device/index.ts'
export {
  Fleet,
  loopbackSources,
  makeRun,
  messagesPerSecond,
  obstaclesOf,
  reportOf,
  reportOfPart,
  shrink,
  STEERED_KINDS,
  SteeredRun,
  thisMachine,
  VirtualRun,
} from './fleet/index.ts'
export type {
  DeviceLink,
  DevicesInspection,
  DeviceState,
  Dialer,
  FailedRun,
  FleetInspection,
  FleetOptions,
  FleetSnapshot,
  GroupSnapshot,
  LatencySummary,
  Machine,
  Need,
  Obstacle,
  Run,
  RunPart,
  RunSpec,
  Shrunk,
  ShrinkOptions,
  SteeredFleet,
  VirtualRunOptions,
} from './fleet/index.ts'
export { LINK_PROFILE_NAMES } from './world/index.ts'
export type { LinkProfileName, LinkSettings } from './world/index.ts'
