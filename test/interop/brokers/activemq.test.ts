// The compatibility matrix, column by column: this one.

import { activemqKind } from '../../support/brokers/activemq.ts'
import { describeBroker } from './suite.ts'

describeBroker(activemqKind)
