// The device room: the contract of device models, and the model that scenario files describe.
export type {
  Device,
  DeviceModel,
  DeviceModelFactory,
  DevicePublishOptions,
  DevicePublishResult,
  GeoPosition,
  DeviceWill,
} from './device.ts'
export { Modules } from './modules.ts'
export { PayloadBuffer } from './payload-buffer.ts'
export { PeriodicTask } from './periodic-task.ts'
export type { PeriodicSchedule } from './periodic-task.ts'
export { GroupModel, ScenarioDevice } from './scenario-device.ts'
export type { SampleFunction } from './sensors/function.ts'
export { readStamp, stampReaderOf } from './stamp.ts'
export type { ReadStamp, StampReader } from './stamp.ts'
