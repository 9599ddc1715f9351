// The routes of the API and what each one does, as a table. A route gets parsed parameters, query
// and body, and answers with a value that becomes JSON; undefined means 204. It knows no HTTP.

import type { Clock } from '@motewire/sdk'
import type { FleetInspection } from '@motewire/simulator'
import type { BrokerInspection } from '@motewire/simulator/broker'
import { ConsoleError } from '../errors.ts'
import { TOPIC_ORDERS } from '../views.ts'
import type { BridgeView, RateSample } from '../views.ts'
import type { Workbench } from '../workbench/workbench.ts'
import { brokerView, clientDetail, clientRow, topicDetail } from './broker-views.ts'
import { fleetView } from './fleet-view.ts'
import { readPublish } from './publish.ts'
import { checkKeys, readRowQuery, readText, readWord } from './query.ts'
import type { Route } from './route.ts'
import { TopicTable } from './topic-table.ts'
import { workbenchRoutes } from './workbench-routes.ts'

/** What the routes look into. */
export interface Sources {
  readonly broker: BrokerInspection | undefined
  readonly fleet: FleetInspection | undefined
  readonly bridges: () => readonly BridgeView[]
  readonly rates: () => RateSample
  readonly clock: Clock
  readonly bench: Workbench
}

export function apiRoutes(sources: Sources): readonly Route[] {
  return [
    ...clientRoutes(sources),
    ...topicRoutes(sources),
    ...processRoutes(sources),
    ...workbenchRoutes(sources.bench),
  ]
}

function clientRoutes({ broker: source }: Sources): Route[] {
  const broker = (): BrokerInspection => present(source, 'no broker runs here')
  return [
    {
      method: 'GET',
      path: 'clients',
      answer: ({ query }) => {
        const { total, rows } = broker().clients(readRowQuery(query))
        return { total, rows: rows.map(clientRow) }
      },
    },
    {
      method: 'GET',
      path: 'clients/*',
      answer: ({ id }) => clientDetail(found(broker().client(id), `client '${id}'`)),
    },
    {
      method: 'DELETE',
      path: 'clients/*',
      answer: ({ id }) => {
        found(broker().disconnect(id) || undefined, `connected client '${id}'`)
      },
    },
  ]
}

function topicRoutes({ broker: source, clock }: Sources): Route[] {
  const broker = (): BrokerInspection => present(source, 'no broker runs here')
  const table = source && new TopicTable(source, clock)
  return [
    {
      method: 'GET',
      path: 'topics',
      answer: ({ query }) =>
        present(table, 'no broker runs here').page({
          ...readRowQuery(query, ['order', 'direction']),
          order: readWord(query, 'order', TOPIC_ORDERS),
          direction: readWord(query, 'direction', ['asc', 'desc']),
        }),
    },
    {
      method: 'GET',
      path: 'topics/detail',
      answer: ({ query }) => {
        const name = readText(query, 'name')
        return topicDetail(found(broker().topic(name), `topic '${name}'`))
      },
    },
    {
      method: 'POST',
      path: 'publish',
      answer: ({ body }) => {
        const { topic, payload, qos, retain } = readPublish(body)
        broker().publish(topic, payload, { qos, retain })
        return { topic, payloadBytes: payload.length }
      },
    },
  ]
}

function processRoutes({ broker, fleet, bridges, rates }: Sources): Route[] {
  return [
    {
      method: 'GET',
      path: 'stats',
      answer: ({ query }) => {
        checkKeys(query, [])
        return brokerView(present(broker, 'no broker runs here').stats(), rates())
      },
    },
    {
      method: 'GET',
      path: 'fleet',
      answer: ({ query }) => {
        checkKeys(query, [])
        return fleetView(present(fleet, 'no fleet runs here').snapshot())
      },
    },
    {
      method: 'GET',
      path: 'bridges',
      answer: ({ query }) => {
        checkKeys(query, [])
        return bridges()
      },
    },
  ]
}

function present<Part>(part: Part | undefined, message: string): Part {
  if (part === undefined) throw new ConsoleError('ERR_CONSOLE_PART_ABSENT', message)
  return part
}

function found<Thing>(thing: Thing | undefined, name: string): Thing {
  if (thing === undefined) throw new ConsoleError('ERR_CONSOLE_NOT_FOUND', `${name} is not here`)
  return thing
}
