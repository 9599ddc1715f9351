// The published JSON Schema of bridge configurations is what the schema says now, and the example
// obeys it and the program.

import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { loadBridgeConfig } from '../../../cli/bridge/bridge-config.ts'
import { bridgeJsonSchema } from '../../../cli/bridge/bridge-schema.ts'
import { bridgeDefinition } from '../../../cli/bridge/port-bridge.ts'

const ROOT = join(import.meta.dirname, '../../..')
const PUBLISHED = join(ROOT, 'cli/bridge/bridge.schema.json')
const EXAMPLE = join(ROOT, 'examples/bridge/plant.yaml')

describe('bridge.schema.json', () => {
  // When this fails: cp test/output/bridge.schema.json cli/bridge/ && npx oxfmt cli
  it('is in step with the schema', () => {
    mkdirSync(join(ROOT, 'test/output'), { recursive: true })
    const fresh = `${JSON.stringify(bridgeJsonSchema(), undefined, 2)}\n`
    writeFileSync(join(ROOT, 'test/output/bridge.schema.json'), fresh)
    expect(JSON.parse(readFileSync(PUBLISHED, 'utf8'))).toEqual(bridgeJsonSchema())
  })

  it('accepts the example', () => {
    const schema = z.fromJSONSchema(bridgeJsonSchema())
    const value: unknown = parse(readFileSync(EXAMPLE, 'utf8'))
    expect(schema.safeParse(value).error?.issues).toBeUndefined()
  })
})

describe('the example of a bridge', () => {
  it('makes a bridge for each of its ports', () => {
    // The journal is made beside the file.
    const folder = mkdtempSync(join(tmpdir(), 'motewire-example-'))
    copyFileSync(EXAMPLE, join(folder, 'plant.yaml'))
    const { ports } = loadBridgeConfig(join(folder, 'plant.yaml'))
    const names = ports.map((port) =>
      bridgeDefinition(port, () => undefined)
        .make()
        .snapshot(),
    )
    expect(names.map(({ port }) => port.name)).toEqual([
      'serial /dev/serial/by-id/usb-Arduino_0001-if00',
      'serial /dev/ttyUSB0',
      'serial /dev/ttyUSB1',
      'serial /dev/ttyUSB2',
      'serial /dev/ttyUSB3',
    ])
    rmSync(folder, { recursive: true })
  })

  it('has a fingerprint that follows what it says', () => {
    const [one, other] = loadBridgeConfig(EXAMPLE).ports
    const print = (port: NonNullable<typeof one>): string =>
      bridgeDefinition(port, () => undefined).fingerprint
    expect(print(one!)).toBe(print(loadBridgeConfig(EXAMPLE).ports[0]!))
    expect(print(one!)).not.toBe(print(other!))
  })
})
