// The OpenAPI document against the routes: each route is described, each description has its route,
// and what a running console answers is what the document says. `npx vitest -u` writes it anew.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConsoleServer } from '@motewire/console'
import { connectAsync, sharedClock } from '@motewire/sdk'
import type { Client } from '@motewire/sdk'
import { Broker, LiveConfig, UserGate } from '@motewire/simulator/broker'
import { z } from 'zod'
import { operations } from '../../../console/api/openapi/operations.ts'
import { apiRoutes } from '../../../console/api/routes.ts'
import { ActionLog } from '../../../console/http/action-log.ts'
import { FleetDesk } from '../../../console/fleets/fleet-desk.ts'
import { RecentTraffic } from '../../../console/live/recent-traffic.ts'
import { Links } from '../../../console/links/links.ts'
import { Workbench } from '../../../console/workbench/workbench.ts'
import { askJson, WRITING } from '../../support/console-client.ts'
import { livelyBridges, LivelyFleet } from '../../support/console-fixture.ts'

/** The server answers these itself, before any route. */
const OF_THE_SERVER = ['POST sign-in', 'POST sign-out', 'GET events']

interface Document {
  readonly paths: Record<string, Record<string, { responses: Record<string, Answer> }>>
  readonly components: { readonly schemas: Record<string, object> }
}
interface Answer {
  readonly content: Record<string, { readonly schema: object }>
}

const user = { credential: { kind: 'plain', password: 'secret' } as const, groups: ['admins'] }
const gatekeeper = new UserGate({
  users: new Map([['ann', user]]),
  allowAnonymous: true,
  rules: [
    { subject: { kind: 'everyone' }, permission: 'readwrite', filter: '#', isPattern: false },
  ],
})
const broker = new Broker({ port: 0, gatekeeper, wallNow: () => 1_700_000_000_123.456 })
const server = new ConsoleServer({
  broker,
  config: new LiveConfig(broker, undefined),
  fleet: new LivelyFleet(() => 60_000),
  bridges: () => livelyBridges(() => 60_000),
})
let api: string
let client: Client
let document: Document

beforeAll(async () => {
  const { port } = await broker.start()
  api = `${(await server.start()).url}api/v1/`
  const will = { topic: 'a/will', payload: 'x', qos: 1, retain: false } as const
  const properties = { sessionExpiryInterval: 60 }
  const options = {
    clientId: 'reader',
    protocolVersion: 5,
    clean: false,
    will,
    properties,
  } as const
  client = await connectAsync(`mqtt://127.0.0.1:${port}`, options)
  await client.subscribe('a/#', { qos: 1 })
  await client.publishAsync('a/b', '{"x":1}', { qos: 1, retain: true })
  broker.createQueue('jobs')
  broker.publish('$queue/jobs', Buffer.from('job'), { qos: 1, retain: false })
  const link = { kind: 'tcp-server' }
  await askJson(`${api}links`, { method: 'POST', headers: WRITING, body: link })
  const recording = { lines: '{"at":1700000000000,"topic":"a/b","payload":"1"}' }
  await askJson(`${api}recordings`, { method: 'POST', headers: WRITING, body: recording })
  document = await askJson<Document>(`${api}openapi.json`)
})

afterAll(async () => {
  await client.end()
  await server.stop()
  await broker.stop()
})

describe('the description of the API', () => {
  it('has every route, and no other', () => {
    const clock = sharedClock()
    const rates = () => ({ at: 0, inPerSecond: 0, outPerSecond: 0 })
    const bench = new Workbench(clock)
    const routes = apiRoutes({
      broker,
      fleet: new FleetDesk(undefined, undefined),
      bridges: () => [],
      rates,
      ratesOf: () => ({ everyMs: 1000, samples: [] }),
      recent: new RecentTraffic(broker, clock),
      clock,
      bench,
      links: new Links(clock),
      log: new ActionLog(),
    }).map(({ method, path }) => `${method} ${path}`)
    expect(Object.keys(operations).toSorted()).toEqual([...routes, ...OF_THE_SERVER].toSorted())
  })

  it('stands in docs/ as it is served', async () => {
    const text = `${JSON.stringify(document, undefined, 2)}\n`
    await expect(text).toMatchFileSnapshot('../../../docs/openapi.json')
  })

  it.each([
    ['/stats', 'stats'],
    ['/rates', 'rates?span=24h'],
    ['/system', 'system'],
    ['/hosts', 'hosts'],
    ['/listeners', 'listeners'],
    ['/clients', 'clients'],
    ['/clients/{client}', 'clients/reader'],
    ['/clients/{client}/events', 'clients/reader/events'],
    ['/topics', 'topics?order=rate'],
    ['/topics/detail', 'topics/detail?name=a/b'],
    ['/queues', 'queues'],
    ['/queues/{queue}/messages', 'queues/jobs/messages'],
    ['/sessions', 'sessions'],
    ['/sessions/{session}/messages', 'sessions/reader/messages'],
    ['/retained', 'retained'],
    ['/access', 'access'],
    ['/whoami', 'whoami'],
    ['/log', 'log'],
    ['/config', 'config'],
    ['/fleet', 'fleet'],
    ['/fleet/devices', 'fleet/devices'],
    ['/fleet/map', 'fleet/map'],
    ['/recordings', 'recordings'],
    ['/bridges', 'bridges'],
    ['/presets', 'presets'],
    ['/connections', 'connections'],
    ['/ports', 'ports'],
    ['/links', 'links'],
    ['/links/{link}', 'links/1'],
    ['/links/{link}/entries', 'links/1/entries'],
  ])('tells what GET %s answers', async (path, question) => {
    const answer = document.paths[path]?.['get']?.responses['200']
    const schema = answer?.content['application/json']?.schema
    expect(schema).toBeDefined()
    // JSON Schema has its own place for what OpenAPI calls components.
    const whole = { ...schema, $defs: document.components.schemas }
    const text = JSON.stringify(whole).replaceAll('#/components/schemas/', '#/$defs/')
    const check = z.fromJSONSchema(JSON.parse(text) as Parameters<typeof z.fromJSONSchema>[0])
    expect(check.safeParse(await askJson(api + question)).error).toBeUndefined()
  })

  it('would notice an answer with another field', () => {
    const schema = { type: 'object', properties: {}, additionalProperties: false } as const
    expect(z.fromJSONSchema(schema).safeParse({ more: 1 }).success).toBe(false)
  })
})
