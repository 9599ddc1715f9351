// The published JSON Schema is what the schema says now, and the examples obey it.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { loadScenario, scenarioJsonSchema } from '../../../../simulator/scenario/index.ts'

const ROOT = join(import.meta.dirname, '../../../..')
const PUBLISHED = 'simulator/scenario/scenario.schema.json'
const EXAMPLES = join(ROOT, 'examples')
/** All scenarios among the examples; batch jobs and bridges are YAML of other kinds. */
const SCENARIOS = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' }).filter((name) => {
  return name.endsWith('.yaml') && !/^(shards|bridge)/.test(name)
})

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

  it.each(SCENARIOS)('accepts the example %s', async (name) => {
    const value: unknown = parse(readFileSync(join(EXAMPLES, name), 'utf8'))
    expect(schema.safeParse(value).error?.issues).toBeUndefined()
    // And so does the program, with all files that it names.
    await expect(loadScenario(join(EXAMPLES, name))).resolves.toMatchObject({ version: 1 })
  })

  it.each([
    ['an unknown key', { version: 1, duraton: '1s', groups: { a: { count: 1 } } }],
    ['a duration without a unit', { version: 1, duration: 30, groups: { a: { count: 1 } } }],
    ['another version', { version: 2, groups: { a: { count: 1 } } }],
  ])('refuses %s', (_, value) => {
    expect(schema.safeParse(value).success).toBe(false)
  })
})

describe('the archetypes', () => {
  const archetypes = SCENARIOS.filter((name) => name.includes('archetypes'))

  it.each(archetypes)('%s says its seed, what it must come to and how to run it', async (name) => {
    const text = readFileSync(join(EXAMPLES, name), 'utf8')
    const scenario = await loadScenario(join(EXAMPLES, name))
    const file = name.split('/').at(-1) ?? ''
    expect(scenario.seed).toBe(100 + Number(file.slice(0, 2)))
    expect(scenario.thresholds.length).toBeGreaterThan(0)
    const [, named] = /npx motewire sim (\S+) --clock (?:real|scaled:\d+) --broker mqtt:/.exec(
      text,
    )!
    expect(named).toBe(file)
    expect(text).toContain('# Proves: ')
  })
})
