// Our broker: MQTT 3.1, 3.1.1 and 5.0, on the SDK's codec and channels.
export { Broker } from './broker.ts'
export type { BrokerOptions } from './broker.ts'
export { BROKER_ERROR_CODES } from './listener.ts'
export type { BrokerErrorCode, ListenerOptions } from './listener.ts'
export type * from './control.ts'
export type * from './inspect.ts'
