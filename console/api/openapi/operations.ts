// Each route of the API in words and schemas, by method and path. A test holds this table against
// the routes: none is missing on either side.

import { LINK_PROFILE_NAMES, STEERED_KINDS } from '@motewire/simulator'
import { CHECKSUMS, LINE_ENDINGS, LINK_ENCODINGS, LINK_FRAMINGS } from '../../link-views.ts'
import { RATE_SPANS, TOPIC_ORDERS } from '../../views.ts'
import { count, fields, flag, list, named, orNull, pageOf, qos, text, words } from './schema.ts'
import { after, rows } from './operation.ts'
import type { Operation } from './operation.ts'
import { workbench } from './workbench-operations.ts'

const host = { host: text }

const broker: Readonly<Record<string, Operation>> = {
  'GET stats': { tag: 'broker', summary: 'Counts and rates', query: host, answer: named('Broker') },
  'GET rates': {
    tag: 'broker',
    summary: 'Message rates of the last five minutes, hour or day',
    query: { span: words(...RATE_SPANS) },
    answer: named('Rates'),
  },
  'GET system': { tag: 'broker', summary: 'Values of $SYS', query: host, answer: named('System') },
  'POST publish': {
    tag: 'broker',
    summary: 'Publish a message as the broker',
    query: host,
    body: named('PublishRequest'),
    answer: named('Published'),
  },
  'GET hosts': { tag: 'broker', summary: 'Virtual hosts', answer: list(named('Host')) },
  'PUT hosts/*': { tag: 'broker', summary: 'Make a virtual host', id: 'host' },
  'GET listeners': { tag: 'broker', summary: 'Connectors', answer: list(named('Listener')) },
  'PUT listeners/*': {
    tag: 'broker',
    summary: 'Take new clients, or refuse them and keep those there are',
    id: 'listener',
    body: fields({ isAccepting: flag }),
  },
}

const clients: Readonly<Record<string, Operation>> = {
  'GET clients': {
    tag: 'clients',
    summary: 'Connected clients and durable sessions',
    query: { ...rows, ...host },
    answer: pageOf(named('Client')),
  },
  'GET clients/*': {
    tag: 'clients',
    summary: 'One client in full',
    id: 'client',
    query: host,
    answer: named('ClientDetail'),
  },
  'DELETE clients/*': {
    tag: 'clients',
    summary: 'Close the connection of a client; its will is sent',
    id: 'client',
    query: host,
  },
  'GET clients/*/events': {
    tag: 'clients',
    summary: 'What happened to a client and why, oldest first, also when it is gone',
    id: 'client',
    query: host,
    answer: list(named('ClientEvent')),
  },
  'POST clients/*/subscribe': {
    tag: 'clients',
    summary: 'Subscribe a client to a filter',
    id: 'client',
    query: host,
    body: fields({ filter: text }, { qos }),
  },
  'POST clients/*/unsubscribe': {
    tag: 'clients',
    summary: 'Take a subscription of a client away',
    id: 'client',
    query: host,
    body: fields({ filter: text }),
  },
}

const destinations: Readonly<Record<string, Operation>> = {
  'GET topics': {
    tag: 'topics',
    summary: 'Topics in any order',
    query: { ...rows, order: words(...TOPIC_ORDERS), direction: words('asc', 'desc'), ...host },
    answer: pageOf(named('Topic')),
  },
  'POST topics': {
    tag: 'topics',
    summary: 'Make a topic before its first message',
    query: host,
    body: fields({ topic: text }),
    answer: fields({ topic: text }),
  },
  'DELETE topics': {
    tag: 'topics',
    summary: 'Forget a topic that nobody subscribes to, with its retained message',
    query: { name: text, ...host },
  },
  'GET topics/detail': {
    tag: 'topics',
    summary: 'One topic with producers, consumers and its last message',
    query: { name: text, ...host },
    answer: named('TopicDetail'),
  },
  'GET queues': {
    tag: 'queues',
    summary: 'Named queues and shared subscriptions',
    query: { ...rows, ...host },
    answer: pageOf(named('Queue')),
  },
  'POST queues': {
    tag: 'queues',
    summary: 'Make a queue, with or without $queue/ in its name',
    query: host,
    body: fields({ name: text }),
    answer: fields({ name: text }),
  },
  'DELETE queues/*': {
    tag: 'queues',
    summary: 'Delete a queue without consumers',
    id: 'queue',
    query: host,
  },
  'GET queues/*/messages': {
    tag: 'queues',
    summary: 'Look at waiting messages without taking them',
    id: 'queue',
    query: { ...rows, ...host },
    answer: pageOf(named('Message')),
  },
  'POST queues/*/purge': {
    tag: 'queues',
    summary: 'Drop the waiting messages',
    id: 'queue',
    query: host,
    answer: fields({ purged: count }),
  },
  'GET sessions': {
    tag: 'sessions',
    summary: 'Durable sessions',
    query: { ...rows, ...host },
    answer: pageOf(named('Session')),
  },
  'DELETE sessions/*': {
    tag: 'sessions',
    summary: 'End the connection and the session with all it holds',
    id: 'session',
    query: host,
  },
  'GET sessions/*/messages': {
    tag: 'sessions',
    summary: 'Look at what a client is owed without taking it',
    id: 'session',
    query: { ...rows, ...host },
    answer: pageOf(named('Message')),
  },
  'POST sessions/*/purge': {
    tag: 'sessions',
    summary: 'Drop what waits for a client',
    id: 'session',
    query: host,
    answer: fields({ purged: count }),
  },
  'GET retained': {
    tag: 'retained',
    summary: 'Retained messages',
    query: { ...rows, ...host },
    answer: pageOf(named('Message')),
  },
  'DELETE retained': {
    tag: 'retained',
    summary: 'Clear the retained message of a topic',
    query: { topic: text, ...host },
  },
}

const access: Readonly<Record<string, Operation>> = {
  'GET access': {
    tag: 'access',
    summary: 'Users without their passwords, and rules',
    answer: named('Access'),
  },
  'PUT access/rules': {
    tag: 'access',
    summary: 'Replace all rules; null lifts them',
    body: named('Rules'),
  },
  'PUT access/users/*': {
    tag: 'access',
    summary: 'Make or change a user; without a password the old one stays',
    id: 'user',
    body: fields({}, { password: text, groups: list(text) }),
  },
  'DELETE access/users/*': {
    tag: 'access',
    summary: 'Delete a user and disconnect its clients',
    id: 'user',
  },
  'POST sign-in': {
    tag: 'access',
    summary: 'Sign in by token, or by name and password; answers a cookie',
    body: fields({}, { token: text, name: text, password: text }),
  },
  'POST sign-out': { tag: 'access', summary: 'End the session of the cookie' },
  'GET whoami': { tag: 'access', summary: 'Who asks', answer: named('Whoami') },
  'GET log': {
    tag: 'access',
    summary: 'Changes and refused sign-ins, oldest first',
    answer: list(named('LogRow')),
  },
}

const process: Readonly<Record<string, Operation>> = {
  'GET events': {
    tag: 'process',
    summary: 'Server-sent events: history once, then snapshot each second',
    answer: text,
    type: 'text/event-stream',
  },
  'GET openapi.json': { tag: 'process', summary: 'This document', answer: { type: 'object' } },
  'GET config': {
    tag: 'broker',
    summary: 'What the broker runs with, and what of it may change now',
    answer: named('Config'),
  },
  'POST config/check': {
    tag: 'broker',
    summary: 'The mistakes in settings, which are not taken',
    body: fields({ text }),
    answer: fields({ problems: list(text) }),
  },
  'PUT config': {
    tag: 'broker',
    summary: 'Take settings, and write them to the file that the broker was started with',
    body: fields({ text }),
  },
  'GET fleet': { tag: 'process', summary: 'The running fleet', answer: named('Fleet') },
  'POST fleet': {
    tag: 'process',
    summary: 'Start a fleet of equal sensors, or of vehicles that go round',
    body: fields(
      { devices: count },
      {
        kind: words(...STEERED_KINDS),
        everyMs: count,
        qos,
        link: words(...LINK_PROFILE_NAMES),
      },
    ),
    answer: named('Fleet'),
  },
  'PUT fleet/link': {
    tag: 'process',
    summary: 'Move the running devices to another kind of link',
    body: fields({ link: words(...LINK_PROFILE_NAMES) }),
  },
  'GET fleet/devices': {
    tag: 'process',
    summary: 'The devices of the fleet one by one, in the order of their starts',
    query: rows,
    answer: pageOf(named('FleetDevice')),
  },
  'PUT fleet/devices/*/link': {
    tag: 'process',
    summary: 'Change or cut the link of one device; null: the link of all again',
    id: 'device',
    body: fields({ link: orNull(words(...LINK_PROFILE_NAMES, 'cut')) }),
  },
  'GET fleet/map': {
    tag: 'process',
    summary: 'Where the devices of the fleet are, of those that know',
    answer: named('FleetMap'),
  },
  'DELETE fleet': { tag: 'process', summary: 'Stop the fleet; again: at once' },
  'GET bridges': { tag: 'process', summary: 'Serial bridges', answer: list(named('Bridge')) },
}

const link = { tag: 'links', id: 'link' } as const
const links: Readonly<Record<string, Operation>> = {
  'GET ports': {
    tag: 'links',
    summary: 'Serial ports that may be opened',
    answer: list(fields({ path: text, product: text })),
  },
  'GET links': { tag: 'links', summary: 'Open links', answer: list(named('Link')) },
  'POST links': {
    tag: 'links',
    summary: 'Open a serial port, a TCP client or server, or a UDP socket',
    body: named('LinkRequest'),
    answer: named('Link'),
  },
  'GET links/*': { ...link, summary: 'One', answer: named('Link') },
  'DELETE links/*': { ...link, summary: 'Close it and forget its log' },
  'GET links/*/entries': {
    ...link,
    summary: 'The newest of what was received and sent',
    query: { ...after, limit: rows.limit, waitMs: { ...count, maximum: 30_000 } },
    answer: fields({ newest: count, skipped: count, rows: list(named('LinkEntry')) }),
  },
  'POST links/*/send': {
    ...link,
    summary: 'Send payload, checksum and line ending, once or repeatedly',
    body: fields(
      { payload: text },
      {
        encoding: words(...LINK_ENCODINGS),
        checksum: words(...CHECKSUMS),
        ending: words(...LINE_ENDINGS),
        peer: text,
        repeat: fields({ count, everyMs: count }),
      },
    ),
    answer: fields({ bytes: count }),
  },
  'DELETE links/*/series': { ...link, summary: 'Stop the repeats' },
  'PUT links/*/lines': {
    ...link,
    summary: 'Drive DTR and RTS of a serial port',
    body: fields({}, { dtr: flag, rts: flag }),
  },
  'PUT links/*/replies': {
    ...link,
    summary: 'Replace the rules that answer by themselves',
    body: fields({ rules: list(named('ReplyRule')) }),
  },
  'PUT links/*/framing': {
    ...link,
    summary: 'How received bytes are cut into entries',
    body: fields({ framing: words(...LINK_FRAMINGS) }, { gapMs: count }),
  },
}

export const operations: Readonly<Record<string, Operation>> = {
  ...broker,
  ...clients,
  ...destinations,
  ...access,
  ...process,
  ...workbench,
  ...links,
}
