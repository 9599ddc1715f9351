// Reads a scenario from disk. The only file of this room that touches it.

import { readFile } from 'node:fs/promises'
import { parseScenario } from './parse.ts'
import type { ScenarioOverrides } from './parse.ts'
import { problem, ScenarioError } from './problem.ts'
import type { Scenario } from './scenario.ts'

/**
 * @param path of a YAML or JSON file, UTF-8.
 * @throws ScenarioError also when the file cannot be read; the reason is its `cause`.
 */
export async function loadScenario(
  path: string,
  overrides: ScenarioOverrides = {},
): Promise<Scenario> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const reason = REASONS[code ?? ''] ?? message
    const found = `found ${reason}, expected a scenario file that can be read`
    throw new ScenarioError([problem(path, undefined, '', found)], error)
  }
  return parseScenario(text, path, overrides)
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'a folder',
  EACCES: 'no permission to read it',
}
