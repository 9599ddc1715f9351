// The compatibility matrix, column by column: this one.

import { natsKind } from '../../support/brokers/nats.ts'
import { describeBroker } from './suite.ts'

describeBroker(natsKind)
