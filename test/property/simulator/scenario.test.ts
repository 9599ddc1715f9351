// Properties of the scenario room: whatever is asked for, quantities come back, devices add up, and
// text of any kind never makes the parser fail in another way than its own.

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expand, parseScenario, ScenarioError } from '../../../simulator/scenario/index.ts'
import { apportion } from '../../../simulator/scenario/apportion.ts'
import { formatDuration, parseDuration } from '../../../simulator/scenario/quantity.ts'
import { Template } from '../../../simulator/scenario/template.ts'

/** Why the file is refused; any other error is not caught. */
function refusalOf(file: string): ScenarioError | undefined {
  try {
    parseScenario(file, 'x.yaml')
    return undefined
  } catch (error) {
    if (error instanceof ScenarioError) return error
    throw error
  }
}

describe('durations', () => {
  it('are read back as they were written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 315_360_000_000 }), (durationMs) => {
        expect(parseDuration(formatDuration(durationMs))).toBe(durationMs)
      }),
    )
  })

  it('of any text are a number or refused', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const durationMs = parseDuration(text)
        expect(durationMs === undefined || durationMs >= 0).toBe(true)
      }),
    )
  })
})

describe('templates', () => {
  it('leave text with doubled braces as it was', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const escaped = text.replaceAll('{', '{{').replaceAll('}', '}}')
        const values = { index: 1, group: 'g', id: 'i', seed: 1 }
        expect(Template.of(escaped).render(values)).toBe(text)
      }),
    )
  })

  it('are filled in piece by piece, or refused for a piece that is none', () => {
    const pieces = new Map([
      ['{index}', '7'],
      ['{index:03}', '007'],
      ['{id}', 'i'],
      ['{{', '{'],
      ['}}', '}'],
      ['a/', 'a/'],
      ['{x}', undefined],
      ['{index:3}', undefined],
    ])
    const list = fc.array(fc.constantFrom(...pieces.keys()), { maxLength: 8 })
    fc.assert(
      fc.property(list, (chosen) => {
        // A space keeps neighbouring braces apart.
        const template = Template.parse(chosen.join(' '))
        const filled = chosen.map((piece) => pieces.get(piece))
        const values = { index: 7, group: 'g', id: 'i', seed: 1 }
        const rendered = template instanceof Template ? template.render(values) : undefined
        expect(rendered).toBe(filled.includes(undefined) ? undefined : filled.join(' '))
      }),
    )
  })

  it('of any text are taken or refused, and never throw', () => {
    const unit = fc.constantFrom('{', '}', 'index', ':', '0', 'a')
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        const template = Template.parse(text)
        expect(template instanceof Template || template.expected !== '').toBe(true)
      }),
    )
  })

  it('render different indices differently when they use the index', () => {
    const width = fc.constantFrom('', ':02', ':05')
    const index = fc.integer({ min: 0, max: 999_999 })
    fc.assert(
      fc.property(width, index, index, fc.string(), (format, one, other, rest) => {
        const text = `${rest.replace(/[{}]/g, '')}{index${format}}`
        const at = (number: number): string =>
          Template.of(text).render({ index: number, group: 'g', id: 'i', seed: 1 })
        expect(at(one) === at(other)).toBe(one === other)
      }),
    )
  })
})

describe('largest remainder', () => {
  const shares = fc
    .array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 50 })
    .filter((list) => list.some((share) => share > 0))
  const total = fc.integer({ min: 1, max: 1_000_000 })

  it('adds up; quotas are rounded down or up, unless somebody would go away empty', () => {
    fc.assert(
      fc.property(total, shares, (all, list) => {
        const parts = apportion(all, list)
        const sum = BigInt(list.reduce((one, other) => one + other, 0))
        expect(parts.reduce((one, other) => one + other, 0)).toBe(all)
        const quotas = list.map((share) => {
          const product = BigInt(all) * BigInt(share)
          const floor = Number(product / sum)
          return { share, floor, ceiling: product % sum === 0n ? floor : floor + 1 }
        })
        const hasEmpty = quotas.some(({ share, floor }) => share > 0 && floor === 0)
        for (const [position, { floor, ceiling }] of quotas.entries()) {
          const part = parts[position] ?? 0
          expect(part).toBeLessThanOrEqual(ceiling)
          expect(part).toBeGreaterThanOrEqual(hasEmpty ? Math.min(floor, 1) : floor)
        }
        const wanted = list.filter((share) => share > 0).length
        const served = parts.filter((part) => part > 0).length
        expect(served).toBe(Math.min(all, wanted))
      }),
    )
  })

  it('never gives a larger share the smaller part', () => {
    fc.assert(
      fc.property(total, shares, (all, list) => {
        const parts = apportion(all, list)
        const pairs = list.map((share, position) => ({ share, part: parts[position] ?? 0 }))
        const ordered = pairs.toSorted((a, b) => a.share - b.share || a.part - b.part)
        for (const [position, { part }] of ordered.entries()) {
          expect(part).toBeGreaterThanOrEqual(ordered[position - 1]?.part ?? 0)
        }
      }),
    )
  })
})

describe('a fleet', () => {
  const counts = fc
    .array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 6 })
    .filter((list) => list.some((count) => count > 0))

  it('starts each of its devices in a place of its own, evenly spaced', () => {
    fc.assert(
      fc.property(counts, (list) => {
        const groups = Object.fromEntries(list.map((count, at) => [`g${at}`, { count }]))
        const text = JSON.stringify({ version: 1, ramp: '1000/s', groups })
        const starts = Array.from(expand(parseScenario(text, 'x.json')), ({ startMs }) => startMs)
        const ordered = starts.toSorted((one, other) => one - other)
        for (const [rank, startMs] of ordered.entries()) expect(startMs).toBeCloseTo(rank, 6)
      }),
    )
  })

  it('mixes its groups evenly: after any part of the starts, each has had its part', () => {
    fc.assert(
      fc.property(counts, (list) => {
        const groups = Object.fromEntries(list.map((count, at) => [`g${at}`, { count }]))
        const text = JSON.stringify({ version: 1, groups })
        const plan = expand(parseScenario(text, 'x.json'))
        const started = new Map<string, number>()
        const order = [...plan].toSorted((one, other) => one.startMs - other.startMs)
        for (const [rank, { group }] of order.entries()) {
          started.set(group.name, (started.get(group.name) ?? 0) + 1)
          const share = ((rank + 1) * group.devices) / plan.devicesTotal
          const off = Math.abs((started.get(group.name) ?? 0) - share)
          expect(off).toBeLessThanOrEqual(list.length)
        }
      }),
    )
  })

  it('gives no client id twice, or its file is refused', () => {
    const piece = fc.constantFrom('a', '1', '-', '{index}', '{index:02}')
    const id = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''))
    const group = fc.record({ count: fc.integer({ min: 1, max: 25 }), clientId: id })
    fc.assert(
      fc.property(fc.array(group, { minLength: 1, maxLength: 3 }), (groups) => {
        const named = Object.fromEntries(groups.map((one, at) => [`g${at}`, one]))
        const ids: string[] = []
        for (const { count, clientId } of groups) {
          for (let index = 0; index < count; index++) {
            ids.push(Template.of(clientId).render({ index, group: '', id: '', seed: 1 }))
          }
        }
        const isUnique = new Set(ids).size === ids.length
        const error = refusalOf(JSON.stringify({ version: 1, groups: named }))
        expect(error === undefined).toBe(isUnique)
      }),
    )
  })
})

describe('a scenario file', () => {
  it('of any text is read or refused with a ScenarioError', () => {
    const line = fc.constantFrom(
      'version: 1',
      'groups:',
      '  a: { count: 2 }',
      '  b: &x { count: 1, publish: [{ topic: t, every: 1s }] }',
      '  c: *x',
      '  - { name: d, count: 1 }',
      'devices: 5',
      'ramp: [1]',
      '? {a: b}',
      '- x',
      '"',
      '\t',
      'broker: { url: }',
    )
    const text = fc.oneof(
      fc.string(),
      fc.array(line).map((lines) => lines.join('\n')),
    )
    fc.assert(
      fc.property(text, (file) => {
        const told = refusalOf(file)?.problems.map((problem) => problem.text) ?? ['x.yaml: fine']
        expect(told.length).toBeGreaterThan(0)
        expect(told.filter((one) => !/^x\.yaml[^\n]+$/.test(one))).toEqual([])
      }),
    )
  })

  it('of any value in any place is read or refused with a ScenarioError', () => {
    const place = fc.constantFrom(
      'seed',
      'broker',
      'clock',
      'duration',
      'devices',
      'ramp',
      'groups',
    )
    fc.assert(
      fc.property(place, fc.jsonValue(), (key, value) => {
        const file = { version: 1, groups: { a: { count: 1 } }, [key]: value }
        expect(() => refusalOf(JSON.stringify(file))).not.toThrow()
      }),
    )
  })
})
