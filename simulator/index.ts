// @motewire/simulator: fleets of virtual MQTT devices. The broker, the scenario language and
// reports have entries of their own: ./broker, ./scenario, ./report.
export { GroupModel, Modules, PayloadBuffer, PeriodicTask, ScenarioDevice } from './device/index.ts'
export type {
  Device,
  DeviceModel,
  DeviceModelFactory,
  DevicePublishOptions,
  DevicePublishResult,
  PeriodicSchedule,
  SampleFunction,
} from './device/index.ts'
export { Fleet, reportOf } from './fleet/index.ts'
export type {
  FleetInspection,
  FleetOptions,
  FleetSnapshot,
  GroupSnapshot,
  LatencySummary,
} from './fleet/index.ts'
