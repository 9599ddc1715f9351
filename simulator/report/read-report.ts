// Reads reports back, of this program or another: what does not obey the published schema is
// refused with the file and the key, before anything is added up. Knows of JSON Schema what
// report.schema.json uses, no more. O(length).

import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { MotewireError } from '@motewire/sdk/errors'
import type { Report } from './report.ts'

interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly minimum?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly $defs?: Readonly<Record<string, Schema>>
}

const SCHEMA_FILE = new URL('./report.schema.json', import.meta.url)
let published: Schema | undefined

/** @throws MotewireError `ERR_REPORT_INVALID` that names file and key. */
export async function readReport(path: string): Promise<Report> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw invalid(path, 'it cannot be read', error)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw invalid(path, 'it is no JSON', error)
  }
  published ??= JSON.parse(readFileSync(SCHEMA_FILE, 'utf8')) as Schema
  const problem = problemOf(value, published, published, '')
  if (problem !== undefined) throw invalid(path, problem)
  return value as Report
}

function invalid(path: string, why: string, cause?: unknown): MotewireError {
  return new MotewireError('ERR_REPORT_INVALID', `${path} is no report: ${why}`, { cause })
}

/** The first thing that is wrong; undefined when nothing is. */
function problemOf(value: unknown, schema: Schema, root: Schema, key: string): string | undefined {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace('#/$defs/', '')
    return problemOf(value, root.$defs?.[name] ?? {}, root, key)
  }
  if (schema.anyOf?.every((one) => problemOf(value, one, root, key) !== undefined) === true) {
    return `${key} is none of what is allowed`
  }
  if (!isOfType(value, schema.type)) return `${key || 'it'} is not of type ${schema.type}`
  if ('const' in schema && value !== schema.const) {
    return `${key} is not ${JSON.stringify(schema.const)}`
  }
  if (schema.enum?.includes(value) === false) return `${key} is not one of ${schema.enum.join(' ')}`
  if (typeof value === 'number' && value < (schema.minimum ?? -Infinity)) {
    return `${key} is below ${schema.minimum}`
  }
  if (Array.isArray(value)) return problemOfItems(value, schema, root, key)
  return typeof value === 'object' && value !== null
    ? problemOfObject(value as Readonly<Record<string, unknown>>, schema, root, key)
    : undefined
}

function isOfType(value: unknown, type: string | undefined): boolean {
  switch (type) {
    case undefined:
      return true
    case 'integer':
      return Number.isInteger(value)
    case 'array':
      return Array.isArray(value)
    case 'null':
      return value === null
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    default:
      return typeof value === type
  }
}

function problemOfItems(
  items: readonly unknown[],
  schema: Schema,
  root: Schema,
  key: string,
): string | undefined {
  for (const [position, item] of items.entries()) {
    const problem = problemOf(item, schema.items ?? {}, root, `${key}[${position}]`)
    if (problem !== undefined) return problem
  }
  return undefined
}

function problemOfObject(
  value: Readonly<Record<string, unknown>>,
  { properties = {}, required = [], additionalProperties = true }: Schema,
  root: Schema,
  key: string,
): string | undefined {
  const below = (name: string): string => (key === '' ? name : `${key}.${name}`)
  const absent = required.find((name) => !Object.hasOwn(value, name))
  if (absent !== undefined) return `${below(absent)} is missing`
  for (const [name, item] of Object.entries(value)) {
    const known = Object.hasOwn(properties, name) ? properties[name] : additionalProperties
    if (known === false) return `${below(name)} is unknown`
    if (known === undefined || known === true) continue
    const problem = problemOf(item, known, root, below(name))
    if (problem !== undefined) return problem
  }
  return undefined
}
