// Reads a scenario from disk, whole or as the tree of values that it is. The only file of this room
// that touches the disk.

import { readFileSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { ScenarioFiles } from './attach-files.ts'
import { DATA_FILE_BYTES_MAX } from './bounds.ts'
import { override, parseScenario } from './parse.ts'
import type { ScenarioOverrides } from './parse.ts'
import { problem, ScenarioError } from './problem.ts'
import type { Scenario } from './scenario.ts'
import { ScenarioSource } from './source.ts'

/**
 * @param path of a YAML or JSON file, UTF-8.
 * @throws ScenarioError also when the file cannot be read; the reason is its `cause`.
 */
export async function loadScenario(
  path: string,
  overrides: ScenarioOverrides = {},
): Promise<Scenario> {
  return parseScenario(await textOf(path), path, overrides, filesBeside(path))
}

/**
 * The file's plain values with the overrides in their place, for whoever changes them before they
 * are read. The file has been read without mistakes before.
 */
export async function loadTree(path: string, overrides: ScenarioOverrides = {}): Promise<unknown> {
  return override(new ScenarioSource(await textOf(path)).value, overrides)
}

/**
 * @param path of the file that the values came from.
 * @throws ScenarioError
 */
export function scenarioOfTree(tree: unknown, path: string): Scenario {
  return parseScenario(JSON.stringify(tree), path, {}, filesBeside(path))
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const reason = REASONS[code ?? ''] ?? message
    const found = `found ${reason}, expected a scenario file that can be read`
    throw new ScenarioError([problem(path, undefined, '', found)], error)
  }
}

/** What a scenario names stands beside it, or is named from the root. */
function filesBeside(scenario: string): ScenarioFiles {
  const at = (path: string): string => resolve(dirname(scenario), path)
  const attempt = <Value>(path: string, work: () => Value): Value => {
    try {
      return work()
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      throw new Error(`${path}: ${REASONS[code ?? ''] ?? message}`, { cause: error })
    }
  }
  return {
    resolve: at,
    locate: (path) =>
      attempt(path, () => {
        if (!statSync(at(path)).isFile()) throw new Error('no file')
        return at(path)
      }),
    read: (path) =>
      attempt(path, () => {
        const { size } = statSync(at(path))
        if (size > DATA_FILE_BYTES_MAX) throw new Error(`${size} bytes, which is too long`)
        return readFileSync(at(path), 'utf8')
      }),
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'a folder',
  EACCES: 'no permission to read it',
}
