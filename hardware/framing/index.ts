// Framings: bytes of a line to packets and frames, and back. Pure.
export { CobsFraming } from './cobs-framing.ts'
export { ccittCrc16, modbusCrc16 } from './crc16.ts'
export { DownlinkPacer } from './downlink-pacer.ts'
export type { PacerOptions, PacerSnapshot } from './downlink-pacer.ts'
export type { FrameGuardHandler, Hello } from './frame-guard.ts'
export type { FrameHandler, Framing, FramingOptions, FramingSnapshot } from './framing.ts'
export { HdlcFraming } from './hdlc-framing.ts'
export { LengthFraming } from './length-framing.ts'
export type { CountedFramingOptions } from './counted-framing.ts'
export { LineFraming } from './line-framing.ts'
export { ModbusFraming, silenceMs } from './modbus-framing.ts'
export type { ModbusFramingOptions } from './modbus-framing.ts'
export { PacketGuard } from './packet-guard.ts'
export type {
  BreakReason,
  PacketGuardOptions,
  UplinkHandler,
  UplinkSnapshot,
} from './packet-guard.ts'
export { PacketSplitter } from './packet-splitter.ts'
export { SlipFraming } from './slip-framing.ts'
export { makeFraming, makeUplinkGuard } from './uplink-guard.ts'
export type { FrameKind, MqttFraming, UplinkGuard } from './uplink-guard.ts'
export { readAnswer, readRequest, writeRequest } from './modbus-point.ts'
export type { Answer, Point, PointKind, PointType } from './modbus-point.ts'
export { SnFraming } from './sn-framing.ts'
export {
  decodeSn,
  encodeSn,
  ID_NORMAL,
  ID_PREDEFINED,
  ID_SHORT,
  SN_ACCEPTED,
  SN_CONGESTION,
  SN_INVALID_TOPIC,
  SN_NOT_SUPPORTED,
} from './sn-packet.ts'
export type { SnFields, SnFlags, SnName, SnPacket } from './sn-packet.ts'
