// The codec: bytes to packets and back. The only room that knows mqtt-packet.
export { encodePacket } from './control-encode.ts'
export { PacketDecoder } from './decoder.ts'
export type { DecoderOptions } from './decoder.ts'
export {
  ACK_BYTES_MAX,
  publishBytes,
  REMAINING_BYTES_MAX,
  writeAck,
  writePing,
  writePublish,
  writePublishParts,
} from './hot-encode.ts'
export type { PublishFields } from './hot-encode.ts'
export { preparePublish, writePreparedPublish } from './plain-publish.ts'
export { packetProblem } from './packet-check.ts'
export { PacketType } from './packets.ts'
export type {
  AckType,
  AuthPacket,
  ConnackPacket,
  ConnectPacket,
  ControlPacket,
  DisconnectPacket,
  PacketHandler,
  Properties,
  ProtocolError,
  ProtocolVersion,
  PublishFrame,
  QoS,
  Role,
  SubackPacket,
  SubscribePacket,
  Subscription,
  UnsubackPacket,
  UnsubscribePacket,
  UserProperties,
  Will,
} from './packets.ts'
export { peerDiagnosis } from './peer-diagnosis.ts'
export { propertiesBytes } from './properties.ts'
export { propertiesProblem } from './property-check.ts'
export { WILL_PROPERTIES } from './property-rules.ts'
export {
  connackName,
  isFromWrongSide,
  isReasonCodeOf,
  reasonName,
  TYPE_NAMES,
} from './reason-codes.ts'
export { TEXT_BYTES_MAX, textBytes, topicBytes } from './text.ts'
export { filterProblem, matchesFilter, topicProblem } from './topics.ts'
export { addUserProperty, userPairs } from './user-properties.ts'
export type { UserPair } from './user-properties.ts'
