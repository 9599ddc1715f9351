// The routes of the API and what each one does, as a table. A route gets parsed parameters, query
// and body, and answers with a value that becomes JSON; undefined means 204. It knows no HTTP.

import type { Clock } from '@motewire/sdk'
import type { BrokerInspection } from '@motewire/simulator/broker'
import type { FleetDesk } from '../fleets/fleet-desk.ts'
import type { ActionLog } from '../http/action-log.ts'
import type { RecentTraffic } from '../live/recent-traffic.ts'
import type { ConfigControl } from '../options.ts'
import { RATE_SPANS, TOPIC_ORDERS } from '../views.ts'
import type { BridgeView, RateSample, RateSpan, RatesView } from '../views.ts'
import type { Links } from '../links/links.ts'
import type { Workbench } from '../workbench/workbench.ts'
import { accessRoutes } from './access-routes.ts'
import { BrokerSource, found, HOST_KEY } from './broker-source.ts'
import { brokerView, clientDetail, clientRow, topicDetail } from './broker-views.ts'
import { configRoutes } from './config-routes.ts'
import { controlRoutes } from './control-routes.ts'
import { fleetRoutes } from './fleet-routes.ts'
import { linkRoutes } from './link-routes.ts'
import { openApiDocument } from './openapi/document.ts'
import { presetsOf } from './presets.ts'
import { readPublish } from './publish.ts'
import { checkKeys, readRowQuery, readText, readWord } from './query.ts'
import { recordingRoutes } from './recording-routes.ts'
import type { Route } from './route.ts'
import { systemView } from './system-view.ts'
import { workbenchRoutes } from './workbench-routes.ts'

/** What the routes look into. */
export interface Sources {
  readonly broker: BrokerInspection | undefined
  readonly config?: ConfigControl | undefined
  readonly fleet: FleetDesk
  readonly bridges: () => readonly BridgeView[]
  readonly rates: () => RateSample
  readonly ratesOf: (span: RateSpan) => RatesView
  readonly recent: RecentTraffic
  readonly clock: Clock
  readonly bench: Workbench
  readonly links: Links
  readonly log: ActionLog
}

export function apiRoutes(sources: Sources): readonly Route[] {
  const source = new BrokerSource(sources.broker, sources.clock, sources.recent)
  return [
    ...clientRoutes(source),
    ...topicRoutes(source),
    ...controlRoutes(source),
    ...accessRoutes(source, sources.log),
    ...configRoutes(sources.config),
    ...processRoutes(sources, source),
    ...fleetRoutes(sources.fleet),
    ...workbenchRoutes(sources.bench, () => presetsOf(source.own)),
    ...recordingRoutes(sources.bench),
    ...linkRoutes(sources.links),
  ]
}

function clientRoutes(source: BrokerSource): Route[] {
  return [
    {
      method: 'GET',
      path: 'clients',
      answer: ({ query }) => {
        const { total, rows } = source.look(query).clients(readRowQuery(query, [HOST_KEY]))
        const recent = source.recent(query)?.clients
        return { total, rows: rows.map((row) => clientRow(row, recent?.of(row.clientId))) }
      },
    },
    {
      method: 'GET',
      path: 'clients/*',
      answer: ({ id, query }) => {
        const inside = source.own && source.control(query, 'clients').clientDetail(id)
        const client = found(inside ?? source.look(query).client(id), `client '${id}'`)
        return clientDetail(client, source.recent(query)?.clients.of(id))
      },
    },
    {
      method: 'DELETE',
      path: 'clients/*',
      answer: ({ id, query }) => {
        found(source.look(query).disconnect(id) || undefined, `connected client '${id}'`)
      },
    },
  ]
}

function topicRoutes(source: BrokerSource): Route[] {
  return [
    {
      method: 'GET',
      path: 'topics',
      answer: ({ query }) =>
        source.table(query).page({
          ...readRowQuery(query, ['order', 'direction', HOST_KEY]),
          order: readWord(query, 'order', TOPIC_ORDERS),
          direction: readWord(query, 'direction', ['asc', 'desc']),
        }),
    },
    {
      method: 'GET',
      path: 'topics/detail',
      answer: ({ query }) => {
        const name = readText(query, 'name', [HOST_KEY])
        const topic = found(source.look(query).topic(name), `topic '${name}'`)
        return topicDetail(topic, source.recent(query)?.topics.of(name))
      },
    },
    {
      method: 'POST',
      path: 'publish',
      answer: ({ query, body }) => {
        const { topic, payload, qos, retain } = readPublish(body)
        source.look(query).publish(topic, payload, { qos, retain })
        return { topic, payloadBytes: payload.length }
      },
    },
  ]
}

const document = openApiDocument('1')

function processRoutes({ bridges, rates, ratesOf }: Sources, source: BrokerSource): Route[] {
  return [
    { method: 'GET', path: 'openapi.json', answer: () => document },
    {
      method: 'GET',
      path: 'stats',
      answer: ({ query }) => {
        checkKeys(query, [HOST_KEY])
        return brokerView(source.look(query).stats(), rates())
      },
    },
    {
      method: 'GET',
      path: 'rates',
      answer: ({ query }) => {
        checkKeys(query, ['span'])
        source.look(query)
        return ratesOf(readWord(query, 'span', RATE_SPANS))
      },
    },
    {
      method: 'GET',
      path: 'system',
      answer: ({ query }) => {
        checkKeys(query, [HOST_KEY])
        return systemView(source.look(query))
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
