// The web console: look into a broker, a fleet and serial bridges from a browser.
export { bridgeView } from './bridge-view.ts'
export { CONSOLE_ERROR_CODES, ConsoleError } from './errors.ts'
export type { ConsoleErrorCode } from './errors.ts'
export type { ConsoleOptions } from './options.ts'
export { ObservedBroker } from './observe/observed-broker.ts'
export type { ObserveOptions } from './observe/observed-broker.ts'
export { ConsoleServer } from './server.ts'
export type {
  Checksum,
  LineEnding,
  LinkEntry,
  LinkFraming,
  LinkKind,
  LinkRequest,
  LinkSendRequest,
  LinkView,
  ReplyRule,
  SerialLinkRequest,
  SerialPortView,
  TcpClientRequest,
  TcpServerRequest,
  UdpRequest,
} from './link-views.ts'
export type {
  BridgeEndState,
  BridgeEndView,
  BridgeView,
  BrokerView,
  ClientDetailView,
  ClientRow,
  DeviceRowView,
  ErrorReply,
  FleetMapView,
  FleetView,
  PageView,
  PayloadEncoding,
  PayloadView,
  PlacedDevice,
  PublishReply,
  PublishRequest,
  RateSample,
  RatesView,
  RecentRatesView,
  SnapshotView,
  TopicDetailView,
  TopicRow,
} from './views.ts'
export type {
  BranchView,
  ConnectionView,
  ConnectRequest,
  MessageDetailView,
  MessageRow,
  PacketRow,
  PointRow,
  ProfileView,
  RecordingView,
  ReplayView,
  RetainedCopyView,
  RingView,
  SendReply,
  SendRequest,
  SeriesView,
  SubscriptionView,
} from './workbench-views.ts'
