// The kit: pure small parts without IO, time or dependencies.
export { assert, AssertionError, unreachable } from './assert.ts'
export { Prng } from './prng.ts'
export { SharedValue } from './shared-value.ts'
export { Task } from './task.ts'
export { TimerWheel } from './timer-wheel.ts'
