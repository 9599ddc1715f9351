// The routes of recordings: made, looked at, replayed, saved as JSON lines; and the copy of what a
// broker retains to another one.

import { topicProblem } from '@motewire/sdk/codec'
import { ConsoleError } from '../errors.ts'
import { TextReply } from '../http/reply.ts'
import { Replay } from '../workbench/replay.ts'
import { fieldsOf, invalid, readText } from '../workbench/profile.ts'
import type { Workbench } from '../workbench/workbench.ts'
import type { RetainedCopyView } from '../workbench-views.ts'
import { checkKeys } from './query.ts'
import type { Route } from './route.ts'

const SPEED_MIN = 0.1
const SPEED_MAX = 1_000

export function recordingRoutes(bench: Workbench): Route[] {
  const { recordings } = bench
  return [
    { method: 'GET', path: 'recordings', answer: () => recordings.views() },
    {
      method: 'POST',
      path: 'recordings',
      answer: ({ body }) => {
        const fields = fieldsOf(body, ['name', 'lines'])
        const { lines } = fields
        if (typeof lines !== 'string') throw invalid('lines is not a text of JSON lines')
        return recordings.read(readText(fields, 'name'), lines)
      },
    },
    {
      method: 'POST',
      path: 'connections/*/recordings',
      answer: ({ id, body }) => {
        const fields = fieldsOf(body, ['filter', 'name'])
        const filter = readText(fields, 'filter')
        return recordings.start(bench.connection(id), filter, readText(fields, 'name'))
      },
    },
    {
      method: 'GET',
      path: 'recordings/*/lines',
      answer: ({ id, query }) => {
        checkKeys(query, [])
        return new TextReply('application/x-ndjson', recordings.text(id))
      },
    },
    { method: 'POST', path: 'recordings/*/stop', answer: ({ id }) => recordings.stop(id) },
    { method: 'DELETE', path: 'recordings/*', answer: ({ id }) => recordings.remove(id) },
    {
      method: 'POST',
      path: 'recordings/*/replay',
      answer: ({ id, body }) => {
        const fields = fieldsOf(body, ['connection', 'speed', 'prefix'])
        const target = bench.connection(readText(fields, 'connection'))
        return recordings.replay(id, target, readSpeed(fields['speed']), readPrefix(fields))
      },
    },
    {
      method: 'DELETE',
      path: 'recordings/*/replay',
      answer: ({ id }) => recordings.stopReplay(id),
    },
    {
      method: 'POST',
      path: 'connections/*/copy-retained',
      answer: ({ id, body }) => copyRetained(bench, id, body),
    },
  ]
}

/** Times faster; null: as fast as the broker takes them. */
function readSpeed(value: unknown = 1): number {
  if (value === null) return Infinity
  if (typeof value === 'number' && value >= SPEED_MIN && value <= SPEED_MAX) return value
  throw invalid(`speed is neither a number from ${SPEED_MIN} to ${SPEED_MAX} nor null`)
}

function readPrefix(fields: Record<string, unknown>): string {
  const prefix = readText(fields, 'prefix')
  const problem = prefix === '' ? undefined : topicProblem(prefix)
  if (problem !== undefined) throw invalid(`prefix: ${problem}`)
  return prefix
}

async function copyRetained(
  bench: Workbench,
  id: string,
  body: unknown,
): Promise<RetainedCopyView> {
  const fields = fieldsOf(body, ['path', 'to', 'prefix'])
  const path = readText(fields, 'path')
  const problem = path === '' ? undefined : topicProblem(path)
  if (problem !== undefined) throw invalid(`path: ${problem}`)
  const target = bench.connection(readText(fields, 'to'))
  const prefix = readPrefix(fields)
  if (target.id === id && prefix === '') {
    throw new ConsoleError('ERR_CONSOLE_CONFLICT', 'a copy to the same topics changes nothing')
  }
  const messages = await bench.connection(id).retained(path)
  if (messages.length === 0) return { path, copied: 0, failed: 0, problem: null }
  const replay = new Replay(messages, {
    speed: Infinity,
    prefix,
    connection: target.id,
    clock: bench.clock,
    publish: (message) => target.publish(message),
  })
  await replay.done
  const { sent, failed, problem: failure } = replay.view()
  return { path, copied: sent, failed, problem: failure }
}
