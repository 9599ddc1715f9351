// All brokers of the interop suite, in the order of the columns.
import { activemqKind } from './activemq.ts'
import { aedesKind } from './aedes.ts'
import { mosquittoKind } from './mosquitto-kind.ts'
import { natsKind } from './nats.ts'
import { ownKind } from './own-broker.ts'
import { rabbitmqKind } from './rabbitmq.ts'
import type { BrokerKind } from './test-broker.ts'

export const BROKER_KINDS: readonly BrokerKind[] = [
  ownKind,
  mosquittoKind,
  activemqKind,
  rabbitmqKind,
  natsKind,
  aedesKind,
]
