// The runtime room: time and events, the only part that knows the event emitter package.
export type { Clock, SleepWatcher } from './clock.ts'
export { EventEmitter } from './events.ts'
export { RealClock, sharedClock } from './real-clock.ts'
