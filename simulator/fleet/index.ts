// The fleet room: many devices on one clock.
export { Fleet } from './fleet.ts'
export { reportOf } from './fleet-report.ts'
export type { FleetOptions } from './fleet.ts'
export type {
  FleetInspection,
  FleetSnapshot,
  GroupSnapshot,
  LatencySummary,
} from '../report/index.ts'
