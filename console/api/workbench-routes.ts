// The routes of the workbench: connections, and what is done and looked at through them. Answers
// are bounded: the newest rows that match, and how many more there were.

import { filterProblem, matchesFilter } from '@motewire/sdk/codec'
import { ConsoleError } from '../errors.ts'
import { BRANCHES_MAX, PAYLOAD_BYTES_MAX, ROWS_MAX, SUBSCRIPTIONS_HELD_MAX } from '../limits.ts'
import type { PayloadView } from '../views.ts'
import type {
  MessageDetailView,
  MessageRow,
  PointRow,
  PresetView,
  RingView,
} from '../workbench-views.ts'
import type { Connection, KeptMessage, KeptPacket } from '../workbench/connection.ts'
import { propertiesView, readProperties } from '../workbench/message-properties.ts'
import { numberAt, parseFieldPath } from '../workbench/numeric-field.ts'
import { fieldsOf, invalid, readProfile, readText } from '../workbench/profile.ts'
import type { Workbench } from '../workbench/workbench.ts'
import { readPublish } from './publish.ts'
import { checkKeys, readCount, readRowQuery } from './query.ts'
import { readRepeat } from './repeat.ts'
import type { ApiRequest, Route } from './route.ts'

const START_BYTES = 96

export function workbenchRoutes(bench: Workbench, presets: () => readonly PresetView[]): Route[] {
  return [
    { method: 'GET', path: 'presets', answer: presets },
    ...holdingRoutes(bench),
    ...doing(bench, 'POST', 'subscribe', subscribe),
    ...doing(bench, 'POST', 'unsubscribe', unsubscribe),
    ...doing(bench, 'POST', 'publish', publish),
    ...doing(bench, 'POST', 'clear-retained', clearRetained),
    ...doing(bench, 'DELETE', 'series', (connection) => connection.stopSeries()),
    ...doing(bench, 'GET', 'messages', messages),
    ...doing(bench, 'GET', 'message', message),
    ...doing(bench, 'GET', 'packets', packets),
    ...doing(bench, 'GET', 'points', points),
    ...doing(bench, 'GET', 'tree', (connection, { query }) => {
      checkKeys(query, ['path', 'search'])
      const [path, search] = [query.get('path') ?? '', query.get('search') ?? '']
      return connection.topics.branches(path, search, BRANCHES_MAX)
    }),
  ]
}

function holdingRoutes(bench: Workbench): Route[] {
  return [
    {
      method: 'GET',
      path: 'connections',
      answer: () => bench.connections.map((connection) => connection.view()),
    },
    {
      method: 'POST',
      path: 'connections',
      answer: async ({ body }) => (await bench.open(readProfile(body))).view(),
    },
    {
      method: 'GET',
      path: 'connections/*',
      answer: ({ id }) => bench.connection(id).view(),
    },
    { method: 'DELETE', path: 'connections/*', answer: ({ id }) => bench.close(id) },
  ]
}

function doing(
  bench: Workbench,
  method: Route['method'],
  name: string,
  answer: (connection: Connection, request: ApiRequest) => unknown,
): Route[] {
  const path = `connections/*/${name}`
  return [{ method, path, answer: (request) => answer(bench.connection(request.id), request) }]
}

async function subscribe(connection: Connection, { body }: ApiRequest): Promise<unknown> {
  const fields = fieldsOf(body, ['filter', 'qos'])
  const { qos = 0 } = fields
  if (qos !== 0 && qos !== 1 && qos !== 2) throw invalid('qos is none of 0, 1, 2')
  if (connection.subscriptionCount >= SUBSCRIPTIONS_HELD_MAX) {
    throw invalid(`${SUBSCRIPTIONS_HELD_MAX} filters are subscribed, which is the limit`)
  }
  return connection.subscribe(readText(fields, 'filter'), qos)
}

async function unsubscribe(connection: Connection, { body }: ApiRequest): Promise<unknown> {
  const filter = readText(fieldsOf(body, ['filter']), 'filter')
  return { filter, wasSubscribed: await connection.unsubscribe(filter) }
}

async function publish(connection: Connection, { body }: ApiRequest): Promise<unknown> {
  const { repeat, properties, ...plain } = fieldsOf(body, SEND_KEYS)
  const command = { ...readPublish(plain), properties: readProperties(properties) }
  const reply = { topic: command.topic, payloadBytes: command.payload.length }
  const turns = readRepeat(repeat)
  if (turns === undefined) {
    await connection.publish(command)
    return { ...reply, outcome: 'delivered' }
  }
  connection.repeat(command, turns.count, turns.everyMs)
  return { ...reply, outcome: 'repeating' }
}

const SEND_KEYS = ['topic', 'payload', 'encoding', 'qos', 'retain', 'properties', 'repeat']

/** JSON has no bytes: Correlation Data comes in Base64. The client checks the rest. */
async function clearRetained(connection: Connection, { body }: ApiRequest): Promise<unknown> {
  const path = readText(fieldsOf(body, ['path']), 'path')
  return { path, cleared: await connection.clearRetained(path) }
}

function messages({ messages: ring }: Connection, { query }: ApiRequest): RingView<MessageRow> {
  const { search, limit } = readRowQuery(query, MESSAGE_KEYS)
  const after = readCount(query, 'after', 0, 0, Number.MAX_SAFE_INTEGER)
  const part = search.toLowerCase()
  const wanted = query.get('filter')
  const hidden = new Set(query.getAll('hidden'))
  const match = query.get('match')
  if (match !== null) checkFilter(match)
  const bytes = readCount(query, 'bytes', START_BYTES, 1, PAYLOAD_BYTES_MAX)
  const seen = query.get('latest') === 'true' ? new Set<string>() : undefined
  const { newest, skipped, entries } = ring.select(after, limit, ({ topic, filters }) => {
    if (!topic.toLowerCase().includes(part)) return false
    if (wanted !== null && !filters.includes(wanted)) return false
    if (match !== null && !matchesFilter(match, topic)) return false
    if (hidden.size > 0 && filters.every((filter) => hidden.has(filter))) return false
    if (seen?.has(topic) === true) return false
    seen?.add(topic)
    return true
  })
  return { newest, skipped, rows: entries.map((kept) => messageRow(kept, bytes)) }
}

function packets({ packets: ring }: Connection, { query }: ApiRequest): RingView<KeptPacket> {
  const { search, limit } = readRowQuery(query, ['after'])
  const after = readCount(query, 'after', 0, 0, Number.MAX_SAFE_INTEGER)
  const part = search.toLowerCase()
  const { newest, skipped, entries } = ring.select(after, limit, ({ type, text }) =>
    `${type} ${text}`.toLowerCase().includes(part),
  )
  return { newest, skipped, rows: entries }
}

const MESSAGE_KEYS = ['after', 'filter', 'match', 'hidden', 'latest', 'bytes']

function checkFilter(filter: string): void {
  const problem = filterProblem(filter)
  if (problem !== undefined) throw invalid(problem)
}

function points({ messages: ring }: Connection, { query }: ApiRequest): RingView<PointRow> {
  checkKeys(query, ['filter', 'path', 'after', 'limit'])
  const filter = query.get('filter') ?? ''
  checkFilter(filter)
  const text = query.get('path') ?? ''
  const path = parseFieldPath(text)
  if (path === undefined) throw invalid(`path '${text}' is not like a.b[0].c`)
  const after = readCount(query, 'after', 0, 0, Number.MAX_SAFE_INTEGER)
  const limit = readCount(query, 'limit', ROWS_MAX, 1, ROWS_MAX)
  const values = new Map<number, number>()
  const { newest, skipped, entries } = ring.select(after, limit, ({ topic, payload, sequence }) => {
    const value = matchesFilter(filter, topic) ? numberAt(payload, path) : undefined
    if (value !== undefined) values.set(sequence, value)
    return value !== undefined
  })
  const rows = entries.map(({ at, topic, sequence }) => {
    return { at, topic, value: values.get(sequence) ?? Number.NaN }
  })
  return { newest, skipped, rows }
}

function message({ messages: ring }: Connection, { query }: ApiRequest): MessageDetailView {
  checkKeys(query, ['sequence'])
  const kept = ring.at(readCount(query, 'sequence', 0, 1, Number.MAX_SAFE_INTEGER))
  if (kept === undefined) {
    throw new ConsoleError('ERR_CONSOLE_NOT_FOUND', 'this message is not kept any more')
  }
  const previous = ring.at(kept.before)
  return {
    ...messageRow(kept, START_BYTES),
    payload: payloadView(kept.payload, PAYLOAD_BYTES_MAX),
    previous: previous === undefined ? null : payloadView(previous.payload, PAYLOAD_BYTES_MAX),
    properties: propertiesView(kept.properties ?? {}),
  }
}

function messageRow(kept: KeptMessage, startBytes: number): MessageRow {
  const { sequence, at, topic, qos, retain, dup, filters, payload } = kept
  const start = payloadView(payload, startBytes)
  return { sequence, at, topic, qos, retain, dup, bytes: payload.length, filters, start }
}

function payloadView(payload: Buffer, max: number): PayloadView {
  return {
    base64: payload.subarray(0, max).toString('base64'),
    isCut: payload.length > max,
  }
}
