// @motewire/hardware: serial ports as byte channels, and the bridge that joins them to a network.
export { describeAddress, parseAddress } from './bridge/address.ts'
export type { Address } from './bridge/address.ts'
export { isLoopback, parseNetwork } from './bridge/admission.ts'
export type { Admission } from './bridge/admission.ts'
export type { Heartbeat, Registration } from './bridge/announcing-channel.ts'
export { Bridge } from './bridge/bridge.ts'
export type { BridgeOptions, BridgeSnapshot } from './bridge/bridge.ts'
export type { EndpointSnapshot, EndpointState } from './bridge/endpoint.ts'
export type { FlowSnapshot } from './bridge/flow.ts'
export type { GatherOptions } from './bridge/gathering-channel.ts'
export { MqttBridge } from './bridge/mqtt-bridge.ts'
export type { MqttBridgeOptions, MqttBridgeSnapshot } from './bridge/mqtt-bridge.ts'
export type { ConnectRewrite } from './bridge/connect-rewrite.ts'
export type { BridgeNotice, BridgeSide } from './bridge/notice.ts'
export { PacketTemplate } from './bridge/packet-template.ts'
export type { PacketFields } from './bridge/packet-template.ts'
export type { ChannelSource } from './bridge/reopening-endpoint.ts'
export { admissionOf } from './bridge/listen-source.ts'
export type { ListenSource } from './bridge/listen-source.ts'
export { brokerSource, rfc2217Source, serialSource, tcpSource } from './bridge/sources.ts'
export type { SerialSource } from './bridge/sources.ts'
export { udpSource } from './bridge/udp-channel.ts'
export type { UdpOptions } from './bridge/udp-channel.ts'
export { Gateway } from './gateway/gateway.ts'
export type { GatewayOptions, GatewaySnapshot, Presence } from './gateway/gateway.ts'
export type {
  Device,
  DeviceFactory,
  DeviceHost,
  DeviceMessage,
  DeviceState,
} from './gateway/device.ts'
export { lineDevice } from './gateway/line-device.ts'
export type { LineDeviceOptions } from './gateway/line-device.ts'
export { modbusDevice } from './gateway/modbus-device.ts'
export type { ModbusDeviceOptions, PolledPoint } from './gateway/modbus-device.ts'
export { mqttDevice } from './gateway/mqtt-device.ts'
export type { MqttDeviceOptions } from './gateway/mqtt-device.ts'
export { snDevice } from './gateway/sn-device.ts'
export type { SnDeviceOptions } from './gateway/sn-device.ts'
export type { TopicRule } from './gateway/topic-map.ts'
export { BridgeSet } from './operations/bridge-set.ts'
export type {
  AnyBridge,
  BridgeChanges,
  BridgeDefinition,
  BridgeSetHandler,
} from './operations/bridge-set.ts'
export { formatBridgeFigures, statusOf } from './operations/figures.ts'
export type { NamedSnapshot, PortStatus } from './operations/figures.ts'
export { borrowPort, LendingDesk, lendingFolder } from './operations/lending-desk.ts'
export type { LendablePort, Loan } from './operations/lending-desk.ts'
export { diagnosePort } from './operations/diagnosis.ts'
export type { DiagnosisOptions, Finding } from './operations/diagnosis.ts'
export { loopbackVerdict, testLoopback } from './operations/loopback.ts'
export type { LoopbackOptions, LoopbackResult, LoopbackVerdict } from './operations/loopback.ts'
export { PortMonitor } from './operations/port-monitor.ts'
export type { MonitorOptions } from './operations/port-monitor.ts'
export { StatusPublisher } from './operations/status-publisher.ts'
export type { StatusOptions } from './operations/status-publisher.ts'
export { ServiceNotifier } from './operations/service-notifier.ts'
export type { ServiceEnvironment } from './operations/service-notifier.ts'
export type {
  FrameKind,
  MqttFraming,
  PacerOptions,
  Point,
  PointKind,
  PointType,
} from './framing/index.ts'
export { firmwarePath } from './firmware/images.ts'
export type { FirmwareChip, FirmwareName } from './firmware/images.ts'
export { ccittCrc16, LineFraming, makeFraming, modbusCrc16, SlipFraming } from './framing/index.ts'
export type { FrameHandler, Framing, FramingOptions, FramingSnapshot } from './framing/index.ts'
export { captureTap } from './tap/capture-tap.ts'
export type { CaptureOptions } from './tap/capture-tap.ts'
export { BoundedFile } from './tap/bounded-file.ts'
export type { BoundedFileOptions } from './tap/bounded-file.ts'
export { HexTap } from './tap/hex-tap.ts'
export { tapSource } from './tap/tap.ts'
export type { Direction, Tap, WriteLine } from './tap/tap.ts'
export { TextTap } from './tap/text-tap.ts'
export { TraceTap } from './tap/trace-tap.ts'
export { BOARDS } from './port/board.ts'
export type { Board, ResetTarget } from './port/board.ts'
export { describePort, findPort, parseIdentity } from './port/identity.ts'
export type { PortIdentity } from './port/identity.ts'
export type { DrivenLines, FrameChange, LineControl, ModemStatus } from './port/line-control.ts'
export { listPorts } from './port/list.ts'
export type { PortInfo } from './port/list.ts'
export { HARDWARE_ERROR_CODES, PortError } from './port/port-error.ts'
export type { HardwareErrorCode, PortErrorCode } from './port/port-error.ts'
export { Rfc2217Channel } from './rfc2217/client-channel.ts'
export { Rfc2217ServerChannel } from './rfc2217/server-channel.ts'
export type { Rfc2217Options } from './rfc2217/server-channel.ts'
export { SerialChannel } from './port/serial-channel.ts'
export type { LineProfile, SerialSettings } from './port/settings.ts'
