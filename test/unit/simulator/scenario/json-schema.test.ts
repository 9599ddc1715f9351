// The published JSON Schema is what the schema says now, and the examples obey it.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { scenarioJsonSchema } from '../../../../simulator/scenario/index.ts'

const ROOT = join(import.meta.dirname, '../../../..')
const PUBLISHED = 'simulator/scenario/scenario.schema.json'
const EXAMPLES = join(ROOT, 'examples/scenarios')

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}

describe('scenario.schema.json', () => {
  // When this fails: cp test/output/scenario.schema.json simulator/scenario/ && npx oxfmt simulator
  it('is in step with the schema', () => {
    mkdirSync(join(ROOT, 'test/output'), { recursive: true })
    const fresh = `${JSON.stringify(scenarioJsonSchema(), undefined, 2)}\n`
    writeFileSync(join(ROOT, 'test/output/scenario.schema.json'), fresh)
    expect(readJson(join(ROOT, PUBLISHED))).toEqual(scenarioJsonSchema())
  })

  it('describes every key of the top level', () => {
    const { properties } = scenarioJsonSchema() as { properties: Record<string, object> }
    const bare = Object.entries(properties).filter(([, property]) => !('description' in property))
    expect(bare).toEqual([])
  })

  const schema = z.fromJSONSchema(readJson(join(ROOT, PUBLISHED)) as z.core.JSONSchema.JSONSchema)

  it.each(readdirSync(EXAMPLES))('accepts the example %s', (name) => {
    const value: unknown = parse(readFileSync(join(EXAMPLES, name), 'utf8'))
    expect(schema.safeParse(value).error?.issues).toBeUndefined()
  })

  it.each([
    ['an unknown key', { version: 1, duraton: '1s', groups: { a: { count: 1 } } }],
    ['a duration without a unit', { version: 1, duration: 30, groups: { a: { count: 1 } } }],
    ['another version', { version: 2, groups: { a: { count: 1 } } }],
  ])('refuses %s', (_, value) => {
    expect(schema.safeParse(value).success).toBe(false)
  })
})
