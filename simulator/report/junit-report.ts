// The report as JUnit XML, which every build server shows: one test case an expectation. Crossed
// thresholds and missing shards fail, doubts about the tool itself are errors. Times in seconds.

import { formatResult } from './threshold.ts'
import type { Report } from './report.ts'

interface Case {
  readonly kind: string
  readonly name: string
  readonly outcome?: { readonly element: 'failure' | 'error'; readonly message: string }
}

export function formatJunit(report: Report): string {
  const cases = casesOf(report)
  const of = (element: string): number =>
    cases.filter(({ outcome }) => outcome?.element === element).length
  const seconds = (report.durationMs / 1_000).toFixed(3)
  const { scenario, startedAt, seed, broker, clock, digest } = report
  const counts = `tests="${cases.length}" failures="${of('failure')}" errors="${of('error')}"`
  const properties = Object.entries({ seed, broker, clock, digest })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `      <property name="${name}" value="${escape(String(value))}"/>`)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="motewire" ${counts} time="${seconds}">`,
    `  <testsuite name="${escape(scenario)}" ${counts} time="${seconds}" timestamp="${startedAt}">`,
    '    <properties>',
    ...properties,
    '    </properties>',
    ...cases.map((one) => formatCase(one, scenario)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function formatCase({ kind, name, outcome }: Case, scenario: string): string {
  const group = escape(`${scenario}.${kind}`)
  const head = `    <testcase classname="${group}" name="${escape(name)}" time="0"`
  if (outcome === undefined) return `${head}/>`
  const { element } = outcome
  const message = escape(outcome.message)
  return `${head}><${element} message="${message}">${message}</${element}></testcase>`
}

/** Reasons that are no threshold are expectations of the program's own. */
function casesOf({ thresholds = [], reasons, verdict }: Report): Case[] {
  const own = reasons.filter((reason) => !reason.startsWith('threshold '))
  const element = verdict === 'invalid' ? 'error' : 'failure'
  return [
    own.length === 0
      ? { kind: 'run', name: 'ends in good order' }
      : { kind: 'run', name: 'ends in good order', outcome: { element, message: own.join('; ') } },
    ...thresholds.map((result): Case => {
      const one = { kind: 'thresholds', name: result.threshold }
      if (result.isMet) return one
      return { ...one, outcome: { element: 'failure', message: formatResult(result) } }
    }),
  ]
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** For text and for attributes, in XML and in HTML. Control characters are not allowed in XML. */
export function escape(text: string): string {
  return text
    .replaceAll(/(?![\t\n\r])\p{Cc}/gu, '?')
    .replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
}
