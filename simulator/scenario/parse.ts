// Text in, scenario out, or every mistake of the file at once. Pure: no files, no clock, no chance.
// What the command line says stands above the file and is checked by the same schema.

import { apportion } from './apportion.ts'
import { attachBroker, attachFiles } from './attach-files.ts'
import type { AttachedGroup, ScenarioFiles } from './attach-files.ts'
import { clientIdFaults } from './client-ids.ts'
import { crossCheck } from './cross-checks.ts'
import { locate, openDocument, versionFinding } from './document.ts'
import { findingsOf, mismatch, valueAt } from './findings.ts'
import type { Finding, KeyPath } from './findings.ts'
import { chosenDevices } from './only.ts'
import { ScenarioError } from './problem.ts'
import type { Scenario } from './scenario.ts'
import { scenarioSchema } from './scenario-schema.ts'
import type { ScenarioDraft } from './scenario-schema.ts'
import { checkVerifiable } from './verifiable.ts'

/** What replaces the file's own values, written as the file would write it. */
export interface ScenarioOverrides {
  readonly seed?: number | string | undefined
  /** Broker URL or URLs, or `embedded`; user name and password stay those of the file. */
  readonly broker?: string | readonly string[] | undefined
  readonly clock?: string | undefined
  readonly duration?: string | undefined
  readonly devices?: number | string | undefined
  readonly only?: readonly string[] | undefined
  readonly ramp?: string | undefined
  readonly verify?: boolean | undefined
}

/**
 * @param fileName what messages call the file; also the run's name when the file gives none.
 * @param files what lies beside the file; default: nothing.
 * @throws ScenarioError `ERR_SCENARIO_INVALID`, with all problems in the order of the file.
 */
export function parseScenario(
  text: string,
  fileName: string,
  overrides: ScenarioOverrides = {},
  files: ScenarioFiles = NO_FILES,
): Scenario {
  const { source, problems } = openDocument(text, fileName)
  if (problems.length > 0) throw new ScenarioError(problems)
  const root = override(source.value, overrides)
  const typed = optionOf(overrides)
  const refuse = (findings: readonly Finding[]): never => {
    throw new ScenarioError(locate(findings, source, fileName, typed))
  }
  const version = versionFinding(root)
  if (version !== undefined) refuse([version])
  const parsed = scenarioSchema.safeParse(root)
  const findings = [...findingsOf(parsed.error?.issues ?? [], root), ...crossCheck(root)]
  if (!parsed.success || findings.length > 0) return refuse(findings)
  const isList = Array.isArray(valueAt(root, ['groups']))
  const attached = attachFiles(parsed.data.groups, files, (position) => {
    return ['groups', isList ? position : (parsed.data.groups[position]?.name ?? '')]
  })
  const { broker, findings: brokerFindings } = attachBroker(parsed.data.broker, files)
  const unusable = [...brokerFindings, ...attached.findings]
  if (unusable.length > 0) refuse(unusable)
  const scenario = settle({ ...parsed.data, broker }, attached.groups, fileName)
  const faults = clientIdFaults(scenario.groups, scenario.seed).map((fault) => {
    const key = isList ? scenario.groups.indexOf(fault.group) : fault.group.name
    return mismatch(['groups', key, 'clientId'], root, fault.expected, fault.found)
  })
  const strangers = (chosenDevices(scenario)?.unknown ?? []).map((id) => {
    const position = scenario.only?.indexOf(id) ?? 0
    return mismatch(['only', position], root, 'the client id of a device of this fleet')
  })
  const blurred = checkVerifiable(scenario, (position) => [
    'groups',
    isList ? position : (scenario.groups[position]?.name ?? ''),
  ])
  const all = [...faults, ...strangers, ...blurred]
  return all.length === 0 ? scenario : refuse(all)
}

/** Text that comes from nowhere has no files beside it. */
const NO_FILES: ScenarioFiles = {
  read: (path) => NO_FILES.locate(path),
  resolve: (path) => path,
  locate: (path) => {
    throw new Error(`the file ${path}, which cannot be read from here`)
  },
}

/** The file's values with those of the command line in their place. */
export function override(value: unknown, overrides: ScenarioOverrides): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const root: Record<string, unknown> = { ...value }
  for (const [key, replacement] of Object.entries(overrides) as [string, unknown][]) {
    if (replacement === undefined) continue
    // What was typed is text; numbers stay numbers, so that `--seed 7` is `seed: 7`.
    const isNumeral = typeof replacement === 'string' && /^\d{1,15}$/.test(replacement)
    root[key] = isNumeral ? Number(replacement) : replacement
  }
  const broker = valueAt(value, ['broker'])
  const isMapping = typeof broker === 'object' && broker !== null && !Array.isArray(broker)
  if (overrides.broker !== undefined && isMapping) {
    root['broker'] = { ...broker, url: overrides.broker }
  }
  return root
}

/** Which option of the command line a path of the file was replaced by. */
function optionOf(overrides: ScenarioOverrides): (path: KeyPath) => string | undefined {
  const overridden = new Map(Object.entries(overrides) as [string, unknown][])
  return ([key]) => {
    const isTyped = key !== undefined && overridden.get(String(key)) !== undefined
    return isTyped ? `--${key}` : undefined
  }
}

/** Divides the devices among the groups, and names the run. */
function settle(
  { name, devices, ...rest }: ScenarioDraft,
  groups: readonly AttachedGroup[],
  fileName: string,
): Scenario {
  const shares = groups.map(({ share }) => share)
  const counts = devices === undefined ? shares : apportion(devices, shares)
  return {
    ...rest,
    fileName,
    name: name ?? nameOfFile(fileName),
    groups: groups.map((group, position) => ({ ...group, devices: counts[position] ?? 0 })),
  }
}

function nameOfFile(fileName: string): string {
  const base = fileName.split(/[/\\]/).at(-1) ?? fileName
  return base.replace(/\.(ya?ml|json)$/, '') || fileName
}
