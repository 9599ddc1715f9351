// The routes of the workbench in words and schemas.

import { after, rows } from './operation.ts'
import type { Operation } from './operation.ts'
import { count, fields, flag, list, named, number, orNull, qos, text } from './schema.ts'

const id = 'connection'
const filter = fields({ filter: text }, { qos })
export const workbench: Readonly<Record<string, Operation>> = {
  'GET presets': {
    tag: 'workbench',
    summary: 'Where brokers usually are',
    answer: list(fields({ name: text, url: text, username: text, password: text })),
  },
  'GET connections': {
    tag: 'workbench',
    summary: 'Connections that the console holds',
    answer: list(named('Connection')),
  },
  'POST connections': {
    tag: 'workbench',
    summary: 'Connect to a broker',
    body: { type: 'object', required: ['url'] },
    answer: named('Connection'),
  },
  'GET connections/*': { tag: 'workbench', summary: 'One', id, answer: named('Connection') },
  'DELETE connections/*': { tag: 'workbench', summary: 'Disconnect', id },
  'POST connections/*/subscribe': {
    tag: 'workbench',
    summary: 'Subscribe; answers the granted QoS',
    id,
    body: filter,
    answer: { type: 'object' },
  },
  'POST connections/*/unsubscribe': {
    tag: 'workbench',
    summary: 'Unsubscribe',
    id,
    body: fields({ filter: text }),
    answer: fields({ filter: text, wasSubscribed: flag }),
  },
  'POST connections/*/publish': {
    tag: 'workbench',
    summary: 'Publish, once or repeatedly',
    id,
    body: { type: 'object', required: ['topic'] },
    answer: named('Published'),
  },
  'POST connections/*/clear-retained': {
    tag: 'workbench',
    summary: 'Clear what was heard as retained at and below a path',
    id,
    body: fields({ path: text }),
    answer: fields({ path: text, cleared: count }),
  },
  'DELETE connections/*/series': { tag: 'workbench', summary: 'Stop the repeats', id },
  'GET connections/*/messages': {
    tag: 'workbench',
    summary: 'The newest messages that match',
    id,
    query: {
      ...rows,
      ...after,
      filter: text,
      match: text,
      hidden: list(text),
      latest: flag,
      bytes: { ...count, minimum: 1, maximum: 65_536 },
    },
    answer: named('Ring'),
  },
  'GET connections/*/message': {
    tag: 'workbench',
    summary: 'One message in full',
    id,
    query: { sequence: count },
    answer: { type: 'object' },
  },
  'GET connections/*/packets': {
    tag: 'workbench',
    summary: 'The packet log',
    id,
    query: { ...rows, ...after },
    answer: named('Ring'),
  },
  'GET connections/*/points': {
    tag: 'workbench',
    summary: 'The numbers at a place of the payloads that match, oldest first',
    id,
    query: { filter: text, path: text, ...after, limit: { ...count, minimum: 1, maximum: 500 } },
    answer: named('Points'),
  },
  'GET connections/*/tree': {
    tag: 'workbench',
    summary: 'The levels of the topic tree below a path',
    id,
    query: { path: text, search: text },
    answer: { type: 'object' },
  },
  'GET recordings': {
    tag: 'recordings',
    summary: 'What was recorded',
    answer: list(named('Recording')),
  },
  'POST recordings': {
    tag: 'recordings',
    summary: 'Take over a recording of JSON lines, at most 1 MiB',
    body: fields({ lines: text }, { name: text }),
    answer: named('Recording'),
  },
  'POST connections/*/recordings': {
    tag: 'recordings',
    summary: 'Record what comes by a subscribed filter',
    id,
    body: fields({ filter: text }, { name: text }),
    answer: named('Recording'),
  },
  'GET recordings/*/lines': {
    tag: 'recordings',
    summary: 'The messages as JSON lines: what is published, and when it came',
    id: 'recording',
    answer: text,
    type: 'application/x-ndjson',
  },
  'POST recordings/*/stop': { tag: 'recordings', summary: 'Record no more', id: 'recording' },
  'DELETE recordings/*': { tag: 'recordings', summary: 'Delete it', id: 'recording' },
  'POST recordings/*/replay': {
    tag: 'recordings',
    summary: 'Publish it over a connection: times faster, or null for as fast as possible',
    id: 'recording',
    body: fields({ connection: text }, { speed: orNull(number), prefix: text }),
    answer: named('Recording'),
  },
  'DELETE recordings/*/replay': { tag: 'recordings', summary: 'Stop it', id: 'recording' },
  'POST connections/*/copy-retained': {
    tag: 'recordings',
    summary: 'Copy what the broker retains at and below a path to that of another connection',
    id,
    body: fields({ path: text, to: text }, { prefix: text }),
    answer: fields({ path: text, copied: count, failed: count, problem: orNull(text) }),
  },
}
