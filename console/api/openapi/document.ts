// The OpenAPI 3.1 document of the API, made from the table of operations. Pure.

import type { Operation } from './operation.ts'
import { operations } from './operations.ts'
import { named } from './schema.ts'
import type { Schema } from './schema.ts'
import { schemas } from './schemas.ts'

/** @param version of the API. */
export function openApiDocument(version: string): Schema {
  const paths: Record<string, Record<string, Schema>> = {}
  for (const [place, operation] of Object.entries(operations)) {
    const [method = '', path = ''] = place.split(' ')
    const shown = `/${path.replace('*', `{${operation.id ?? 'id'}}`)}`
    ;(paths[shown] ??= {})[method.toLowerCase()] = operationOf(method, operation)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'motewire console',
      version,
      description:
        'Times are milliseconds since 1970, sizes bytes. ' +
        '`host` names a virtual host; default: the first.',
    },
    servers: [{ url: '/api/v1' }],
    security: [{ cookie: [] }, { token: [] }, { password: [] }, {}],
    paths,
    components: {
      schemas,
      securitySchemes: {
        cookie: { type: 'apiKey', in: 'cookie', name: 'motewire-console-PORT' },
        token: { type: 'http', scheme: 'bearer' },
        password: { type: 'http', scheme: 'basic' },
      },
    },
  }
}

const WRITE_HEADER: Schema = {
  name: 'x-motewire-console',
  in: 'header',
  required: true,
  schema: { type: 'string' },
  description: 'Any value: no foreign page can send it.',
}

function operationOf(method: string, operation: Operation): Schema {
  const { summary, tag, id, query = {}, body, answer, type = 'application/json' } = operation
  const inQuery = Object.entries(query).map(([name, schema]) => ({ name, in: 'query', schema }))
  const parameters: Schema[] = [
    ...(id === undefined ? [] : [idParameter(id)]),
    ...inQuery,
    ...(method === 'GET' ? [] : [WRITE_HEADER]),
  ]
  const good = answer === undefined ? { 204: done } : { 200: content('Answer', answer, type) }
  return {
    summary,
    tags: [tag],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body === undefined ? {} : { requestBody: { required: true, ...json(body) } }),
    responses: { ...good, default: content('Refusal', named('Error'), 'application/json') },
  }
}

const done: Schema = { description: 'Done' }

function idParameter(name: string): Schema {
  return { name, in: 'path', required: true, schema: { type: 'string' } }
}

function json(schema: Schema): Schema {
  return { content: { 'application/json': { schema } } }
}

function content(description: string, schema: Schema, type: string): Schema {
  return { description, content: { [type]: { schema } } }
}
