// Our broker in a process of its own, to be killed: `--port N --folder PATH`. Tells its parent the
// port once it listens.

import { parseArgs } from 'node:util'
import { Broker } from '@motewire/simulator/broker'

const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, folder: { type: 'string' } },
})
const { folder } = values
const broker = new Broker({
  port: Number(values.port),
  ...(folder === undefined ? {} : { folder }),
})
const { port } = await broker.start()
process.send?.(port)
