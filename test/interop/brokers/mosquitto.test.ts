// The compatibility matrix, column by column: this one.

import { mosquittoKind } from '../../support/brokers/mosquitto-kind.ts'
import { describeBroker } from './suite.ts'

describeBroker(mosquittoKind)
