// The scenario reference tells the truth: its files are read as they stand.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DEFAULTS } from '../../../../simulator/scenario/defaults.ts'
import { parseScenario } from '../../../../simulator/scenario/index.ts'

const DOCUMENT = readFileSync(new URL('../../../../docs/scenario.md', import.meta.url), 'utf8')
const BLOCKS = Array.from(DOCUMENT.matchAll(/```yaml\n([\s\S]*?)```/g), ([, text = '']) => text)

/** A block that shows fields only stands in a payload. */
function wholeFile(block: string): string {
  if (!block.startsWith('# fields')) return block
  const indented = block.replaceAll(/^/gm, '            ')
  const group = 'version: 1\ngroups:\n  a:\n    count: 1\n    publish:\n'
  const stream = '      - topic: t\n        every: 1s\n        payload:\n          fields:\n'
  return group + stream + indented
}

describe('docs/scenario.md', () => {
  it.each(BLOCKS)('shows a file that can be read: %#', (block) => {
    expect(parseScenario(wholeFile(block), 'docs/scenario.md').groups.length).toBeGreaterThan(0)
  })

  it('shows every kind of sensor', () => {
    const kinds = 'constant walk sine gaussian uniform step counter follow track'.split(' ')
    expect(kinds.filter((kind) => !DOCUMENT.includes(`sensor: ${kind}`))).toEqual([])
    expect(['replay', 'function'].filter((kind) => !DOCUMENT.includes(`| \`${kind}\` |`))).toEqual(
      [],
    )
  })

  it.each([
    ['seed', DEFAULTS.seed],
    ['broker', DEFAULTS.broker.url],
    ['clock', DEFAULTS.clock],
    ['ramp', DEFAULTS.ramp],
    ['clientId', DEFAULTS.clientId],
    ['keepalive', DEFAULTS.connect.keepalive],
    ['clean', DEFAULTS.connect.clean],
    ['protocolVersion', DEFAULTS.connect.protocolVersion],
    ['phase', DEFAULTS.stream.phase],
    ['jitter', DEFAULTS.stream.jitter],
    ['qos', DEFAULTS.stream.qos],
    ['retain', DEFAULTS.stream.retain],
  ])('gives the default of %s', (key, value) => {
    expect(DOCUMENT).toContain(`| \`${key}\` | \`${value}\` |`)
  })

  it('tells the mistakes in the words of the program', () => {
    const file = [
      'version: 1',
      'name: office',
      'duraton: 5m',
      'groups:',
      '  room:',
      '    clientId: room-{indx}',
      '    count: 100',
      '    publish:',
      '      - topic: office/{index}',
      '        every: 10',
    ]
    const shown = Array.from(DOCUMENT.matchAll(/^ {4}(office\.yaml:.*)$/gm), ([, line]) => line)
    expect(() => parseScenario(file.join('\n'), 'office.yaml')).toThrow(
      expect.objectContaining({ message: shown.join('\n') }),
    )
  })
})
