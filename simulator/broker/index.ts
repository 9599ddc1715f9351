// Our broker: MQTT 3.1, 3.1.1 and 5.0, on the SDK's codec and channels.
export { Broker, BROKER_ERROR_CODES } from './broker.ts'
export type { BrokerErrorCode, BrokerOptions } from './broker.ts'
export type {
  BrokerInspection,
  BrokerStats,
  ClientView,
  Page,
  PageQuery,
  SubscriptionView,
  TopicDetail,
  TopicView,
} from './inspect.ts'
