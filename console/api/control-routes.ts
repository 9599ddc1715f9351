// The routes that only our own broker answers: virtual hosts, listeners, queues, durable sessions,
// retained messages, and what is done to clients and topics. A broker that is observed from outside
// is told not to expose them.

import type { Change, MessageView as BrowsedMessage, Page } from '@motewire/simulator/broker'
import { ConsoleError } from '../errors.ts'
import type { MessageView, PageView } from '../views.ts'
import { fieldsOf, invalid, readText as readField } from '../workbench/profile.ts'
import { eventView, messageView, sessionRow } from './broker-views.ts'
import { found, HOST_KEY } from './broker-source.ts'
import type { BrokerSource } from './broker-source.ts'
import { checkKeys, readRowQuery, readText } from './query.ts'
import type { Route } from './route.ts'

const NAME = /^[\w.-]{1,64}$/

export function controlRoutes(source: BrokerSource): Route[] {
  return [
    ...hostRoutes(source),
    ...clientRoutes(source),
    ...topicRoutes(source),
    ...queueRoutes(source),
    ...sessionRoutes(source),
    ...retainedRoutes(source),
  ]
}

function hostRoutes(source: BrokerSource): Route[] {
  return [
    {
      method: 'GET',
      path: 'hosts',
      answer: ({ query }) => {
        checkKeys(query, [])
        return source.whole('virtual hosts').hosts()
      },
    },
    {
      method: 'PUT',
      path: 'hosts/*',
      answer: ({ id }) => {
        if (!NAME.test(id)) throw invalid(`host '${id}' is not 1 to 64 of A-Z a-z 0-9 _ . -`)
        source.whole('virtual hosts').createHost(id)
      },
    },
    {
      method: 'GET',
      path: 'listeners',
      answer: ({ query }) => {
        checkKeys(query, [])
        return source.whole('its listeners').listeners()
      },
    },
    {
      method: 'PUT',
      path: 'listeners/*',
      answer: ({ id, body }) => {
        const { isAccepting } = fieldsOf(body, ['isAccepting'])
        if (typeof isAccepting !== 'boolean') throw invalid('isAccepting is not true or false')
        const isKnown = source.whole('its listeners').setAccepting(id, isAccepting)
        found(isKnown || undefined, `listener '${id}'`)
      },
    },
  ]
}

function clientRoutes(source: BrokerSource): Route[] {
  return [
    {
      method: 'GET',
      path: 'clients/*/events',
      answer: ({ id, query }) => source.control(query, 'histories').events(id).map(eventView),
    },
    {
      method: 'POST',
      path: 'clients/*/subscribe',
      answer: ({ id, query, body }) => {
        const fields = fieldsOf(body, ['filter', 'qos'])
        const { qos = 0 } = fields
        if (qos !== 0 && qos !== 1 && qos !== 2) throw invalid('qos is none of 0, 1, 2')
        const filter = readField(fields, 'filter')
        const change = source.control(query, 'subscriptions').subscribe(id, filter, qos)
        settle(change, `client '${id}'`, `filter '${filter}'`)
      },
    },
    {
      method: 'POST',
      path: 'clients/*/unsubscribe',
      answer: ({ id, query, body }) => {
        const filter = readField(fieldsOf(body, ['filter']), 'filter')
        const change = source.control(query, 'subscriptions').unsubscribe(id, filter)
        settle(change, `filter '${filter}' of client '${id}'`, `filter '${filter}'`)
      },
    },
  ]
}

function topicRoutes(source: BrokerSource): Route[] {
  return [
    {
      method: 'POST',
      path: 'topics',
      answer: ({ query, body }) => {
        const topic = readField(fieldsOf(body, ['topic']), 'topic')
        settle(source.control(query, 'topics').createTopic(topic), '', `topic '${topic}'`)
        return { topic }
      },
    },
    {
      method: 'DELETE',
      path: 'topics',
      answer: ({ query }) => {
        const name = readText(query, 'name', [HOST_KEY])
        const topic = `topic '${name}'`
        settle(source.control(query, 'topics').deleteTopic(name), topic, topic)
      },
    },
  ]
}

function queueRoutes(source: BrokerSource): Route[] {
  const what = 'queues'
  return [
    {
      method: 'GET',
      path: 'queues',
      answer: ({ query }) => source.control(query, what).queues(readRowQuery(query, [HOST_KEY])),
    },
    {
      method: 'POST',
      path: 'queues',
      answer: ({ query, body }) => {
        const name = readField(fieldsOf(body, ['name']), 'name')
        settle(source.control(query, what).createQueue(name), '', `queue '${name}'`)
        return { name }
      },
    },
    {
      method: 'DELETE',
      path: 'queues/*',
      answer: ({ id, query }) => {
        const queue = `queue '${id}'`
        settle(source.control(query, what).deleteQueue(id), queue, queue)
      },
    },
    {
      method: 'GET',
      path: 'queues/*/messages',
      answer: ({ id, query }) => {
        const rows = readRowQuery(query, [HOST_KEY])
        return page(found(source.control(query, what).browseQueue(id, rows), `queue '${id}'`))
      },
    },
    {
      method: 'POST',
      path: 'queues/*/purge',
      answer: ({ id, query }) => {
        const purged = found(source.control(query, what).purgeQueue(id), `queue '${id}'`)
        return { purged }
      },
    },
  ]
}

function sessionRoutes(source: BrokerSource): Route[] {
  const what = 'sessions'
  return [
    {
      method: 'GET',
      path: 'sessions',
      answer: ({ query }) => {
        const rows = readRowQuery(query, [HOST_KEY])
        const sessions = source.control(query, what).sessions(rows)
        return { total: sessions.total, rows: sessions.rows.map(sessionRow) }
      },
    },
    {
      method: 'DELETE',
      path: 'sessions/*',
      answer: ({ id, query }) => {
        const isDropped = source.control(query, what).dropSession(id)
        found(isDropped || undefined, `session '${id}'`)
      },
    },
    {
      method: 'GET',
      path: 'sessions/*/messages',
      answer: ({ id, query }) => {
        const rows = readRowQuery(query, [HOST_KEY])
        return page(found(source.control(query, what).browseClient(id, rows), `session '${id}'`))
      },
    },
    {
      method: 'POST',
      path: 'sessions/*/purge',
      answer: ({ id, query }) => {
        const purged = found(source.control(query, what).purgeClient(id), `session '${id}'`)
        return { purged }
      },
    },
  ]
}

function retainedRoutes(source: BrokerSource): Route[] {
  const what = 'retained messages'
  return [
    {
      method: 'GET',
      path: 'retained',
      answer: ({ query }) =>
        page(source.control(query, what).retained(readRowQuery(query, [HOST_KEY]))),
    },
    {
      method: 'DELETE',
      path: 'retained',
      answer: ({ query }) => {
        const topic = readText(query, 'topic', [HOST_KEY])
        const isCleared = source.control(query, what).clearRetained(topic)
        found(isCleared || undefined, `retained message of '${topic}'`)
      },
    },
  ]
}

function page({ total, rows }: Page<BrowsedMessage>): PageView<MessageView> {
  return { total, rows: rows.map(messageView) }
}

/** Throws what a change that was not done means. */
function settle(change: Change, absent: string, subject: string): void {
  switch (change) {
    case 'done':
      return
    case 'absent':
      throw new ConsoleError('ERR_CONSOLE_NOT_FOUND', `${absent} is not here`)
    case 'invalid':
      throw invalid(`${subject} is not a valid name`)
    case 'in-use':
      throw new ConsoleError('ERR_CONSOLE_CONFLICT', `${subject} is in use`)
    case 'full':
      throw new ConsoleError('ERR_CONSOLE_CONFLICT', `${subject}: a limit is reached`)
  }
}
