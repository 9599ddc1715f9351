// The contract between a device model (the firmware) and whatever runs it: the fleet in real time,
// the world in virtual time, a test. A model touches neither clocks nor timers nor the network nor
// chance of its own; it asks its Device. Times are milliseconds of the run's clock.

import type { QoS } from '@motewire/sdk'
import type { Prng, Task } from '@motewire/sdk/kit'

/** What a model can do and ask. Handed to `start`; one object a device. */
export interface Device {
  readonly clientId: string
  readonly group: string
  /** The device's number in its group, from 0. */
  readonly index: number
  /** When the run began, on the scale of `now`. */
  readonly originMs: number
  /** When this device was meant to boot, last time; the real moment may be a little later. */
  readonly startMs: number
  /** Milliseconds, monotonic, fractions possible. */
  now(): number
  /** The wall-clock time, milliseconds since 1970, of an instant on the scale of `now`. */
  wallMs(instantMs: number): number
  /** Work for `schedule`: made once, scheduled again and again. */
  task(run: (now: number) => void): Task
  /** Runs `task` once at or after `deadlineMs`; a scheduled task is moved, not doubled. */
  schedule(deadlineMs: number, task: Task): void
  cancel(task: Task): void
  /**
   * Sends a message, or queues it while the device is offline. Never throws for the link's faults.
   * @param payload borrowed: may be reused as soon as the call returns.
   * @param options kept by reference until the call returns; one constant object a stream will do.
   * @param dueMs when the message was meant to be sent; latency is measured from it. Default: now.
   */
  publish(
    topic: string,
    payload: Uint8Array | string,
    options: DevicePublishOptions,
    dueMs?: number,
  ): DevicePublishResult
  /**
   * Cuts the connection as a loss of the link would, once the current callback is over: the broker
   * publishes the will, and the device connects again.
   */
  reconnect(): void
  /**
   * For a model that `connectsItself`: connects once the current callback is over, with the will
   * that the model has then, and keeps the connection up until `disconnect`. When it has one, or
   * seeks one, nothing changes.
   */
  connect(): void
  /**
   * For a model that `connectsItself`: ends the connection once the current callback is over, as a
   * client would, or `silent`, as a loss of the link would: then the broker publishes the will.
   */
  disconnect(how: 'goodbye' | 'silent'): void
  /** Stops this device, as an exception does: the report counts an error with this message. */
  fail(message: string): void
  /** Subscribes, now and again after each connect that finds no session. */
  subscribe(filter: string, qos: QoS): void
  /**
   * An own stream of random numbers. The same purpose gives the same stream from its beginning, in
   * each boot another one.
   */
  random(purpose: string): Prng
  /**
   * What outlives a reboot, as flash does: made when first asked for in the device's life, the same
   * object from then on.
   */
  flash<Value>(name: string, make: () => Value): Value
  /** Tells that so many messages were not made, because their time had passed already. */
  countOverruns(messages: number): void
  /**
   * Adds a value to a figure of the report, `battery.years`; thresholds may ask for it as
   * `measure.battery.years.min`. Throws for a name that is none, which stops the device.
   */
  measure(name: string, value: number): void
}

/** Degrees, north and east positive. */
export interface GeoPosition {
  readonly latitude: number
  readonly longitude: number
}

export interface DevicePublishOptions {
  readonly qos: QoS
  readonly retain: boolean
}

/** What the broker publishes when the device is gone without a word. */
export interface DeviceWill extends DevicePublishOptions {
  readonly topic: string
  readonly payload: Uint8Array
}

/** `dropped`: the outbox was full, or the device is off. */
export type DevicePublishResult = 'sent' | 'queued' | 'dropped'

/**
 * A device model: firmware in TypeScript. One object a boot, made by a DeviceModelFactory. When the
 * power goes nothing is called any more, tasks neither. An
 * exception out of any of these stops this device and is told in the report; others go on.
 */
export interface DeviceModel {
  /** Whether the model says when to connect. Default: the device does as soon as it is on. */
  readonly connectsItself?: boolean
  /**
   * Asked once for each attempt to connect, for the first one before `start`; the topic stays the
   * same. Not there, or undefined: no will.
   */
  will?(device: Device): DeviceWill | undefined
  /** The device is switched on. Called once; the link is not up yet. */
  start(device: Device): void
  /** No new messages from here on: what is queued is still sent. */
  stop?(): void
  /** The power goes: only for a model that has tasks or resources that are not its device's. */
  powerOff?(): void
  /** The broker took the connection; each time. */
  handleOnline?(): void
  /** The connection is gone, and is made again without the model's doing. */
  handleOffline?(): void
  /** Where the device says that it is, for a map; undefined while it knows no place. */
  position?(): GeoPosition | undefined
  /** @param payload borrowed: copy what must outlive the call. */
  handleMessage?(topic: string, payload: Uint8Array): void
}

/**
 * Makes the model of one device; what a module exports as `model`.
 * @param options of the scenario's `model`, as they stand there.
 */
export type DeviceModelFactory = (options: Readonly<Record<string, unknown>>) => DeviceModel
