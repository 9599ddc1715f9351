// @motewire/simulator: fleets of virtual MQTT devices. The broker, the scenario language and
// reports have entries of their own: ./broker, ./scenario, ./report.
export { GroupModel, PayloadBuffer, PeriodicTask, ScenarioDevice } from './device/index.ts'
export type {
  Device,
  DeviceModel,
  DeviceModelFactory,
  DevicePublishOptions,
  DevicePublishResult,
  PeriodicSchedule,
} from './device/index.ts'
export { Fleet, reportOf, reportOfPart, VirtualRun } from './fleet/index.ts'
export type {
  Dialer,
  FleetInspection,
  FleetOptions,
  FleetSnapshot,
  GroupSnapshot,
  LatencySummary,
  RunPart,
  VirtualRunOptions,
} from './fleet/index.ts'
