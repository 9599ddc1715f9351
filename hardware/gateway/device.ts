// The contract between a gateway and what a device speaks (lines, MQTT, MQTT-SN, Modbus). A device
// is pure: bytes, messages and the time come in; bytes, messages and deadlines go out. It knows
// neither ports nor sockets; the gateway knows no protocol. Times are milliseconds of the caller.

import type { QoS } from '@motewire/sdk'

/** A message on its way to or from the broker. The payload is borrowed. */
export interface DeviceMessage {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: QoS
  readonly retain: boolean
}

/** What is known of the device at the far end of an open port. */
export type DeviceState = 'up' | 'asleep' | 'silent'

/** What a device asks of its gateway. */
export interface DeviceHost {
  /** Whether the gateway is connected to the broker. */
  readonly isBrokerUp: boolean
  /** Bytes for the line. Borrowed. */
  send(bytes: Uint8Array): void
  /** False: there was no room for it in the outbox, or the topic cannot be published to. */
  publish(message: DeviceMessage): boolean
  /** Answers the granted QoS, or 128 and more for a refusal, once the broker has said so. */
  subscribe(filter: string, qos: QoS, handleGrant?: (qos: number) => void): void
  unsubscribe(filter: string): void
  /** @param isNews the reason is, also when the state is not. */
  tell(state: DeviceState, reason: string, isNews?: boolean): void
  /** Something whole has come: the line carries what the device should speak. */
  confirm(): void
  /** While true, messages wait in the client, and then at the broker. */
  hold(isHeld: boolean): void
}

export interface Device {
  /** The port is open: whatever was under way is forgotten. */
  handleOpen(now: number): void
  /** The port is closed. */
  handleClose(now: number): void
  /** Bytes from the line, borrowed, cut anywhere. */
  handleBytes(bytes: Uint8Array, now: number): void
  /** A message from the broker; not called before `handleOpen` and while it is held. */
  handleMessage(message: DeviceMessage, now: number): void
  /** The broker has come or gone. */
  handleBroker(isUp: boolean, now: number): void
  /** When `handleTimeout` is to be called; Infinity: not at all. */
  pollTimeout(): number
  handleTimeout(now: number): void
  /** What has been counted, by name. */
  counts(): Readonly<Record<string, number>>
}

/** Made once for each gateway. */
export type DeviceFactory = (host: DeviceHost, now: number) => Device
