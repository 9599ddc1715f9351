// The compatibility matrix, column by column: this one.

import { ownKind } from '../../support/brokers/own-broker.ts'
import { describeBroker } from './suite.ts'

describeBroker(ownKind)
