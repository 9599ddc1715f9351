// The compatibility matrix, column by column: this one.

import { rabbitmqKind } from '../../support/brokers/rabbitmq.ts'
import { describeBroker } from './suite.ts'

describeBroker(rabbitmqKind)
