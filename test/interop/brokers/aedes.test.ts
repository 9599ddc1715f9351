// The compatibility matrix, column by column: this one.

import { aedesKind } from '../../support/brokers/aedes.ts'
import { describeBroker } from './suite.ts'

describeBroker(aedesKind)
