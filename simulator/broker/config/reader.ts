// Reads a config file's values with checks, and keeps every mistake with its place in the file, as
// `FILE:LINE:COLUMN: key: found WHAT, expected WHAT`. It knows YAML's shapes, not our keys.

import { UsageError } from '@motewire/sdk/errors'
import { nearestWord, parseDuration, YamlSource } from '../../scenario/index.ts'

export type KeyPath = readonly (string | number)[]

export class ConfigReader {
  readonly #source: YamlSource
  readonly #fileName: string
  readonly #problems: { readonly line: number; readonly text: string }[] = []

  constructor(text: string, fileName: string) {
    this.#fileName = fileName
    this.#source = new YamlSource(text)
    for (const { position, message } of this.#source.problems) {
      const { line = 1, column = 1 } = position ?? {}
      this.#problems.push({ line, text: `${fileName}:${line}:${column}: ${message}` })
    }
    this.throwIfWrong()
  }

  get root(): unknown {
    return this.#source.value
  }

  /** @throws UsageError `ERR_BROKER_CONFIG` with all mistakes, in the order of the file. */
  throwIfWrong(): void {
    if (this.#problems.length === 0) return
    const lines = this.#problems.toSorted((a, b) => a.line - b.line).map(({ text }) => text)
    throw new UsageError('ERR_BROKER_CONFIG', lines.join('\n'))
  }

  fail(path: KeyPath, message: string, isAboutKey = false): undefined {
    const { line, column } = this.#source.positionOf(path, isAboutKey) ?? { line: 1, column: 1 }
    const key = path.length === 0 ? '' : `${formatPath(path)}: `
    this.#problems.push({ line, text: `${this.#fileName}:${line}:${column}: ${key}${message}` })
    return undefined
  }

  /** A mapping whose keys are all known; undefined when it is absent or wrong. */
  mapping(
    value: unknown,
    path: KeyPath,
    known: readonly string[],
  ): Record<string, unknown> | undefined {
    const found = this.anyMapping(value, path)
    for (const key of Object.keys(found ?? {})) {
      if (known.includes(key)) continue
      const near = nearestWord(key, known)
      const hint =
        near === undefined ? `expected one of ${known.join(' ')}` : `did you mean ${near}?`
      this.fail([...path, key], `unknown key, ${hint}`, true)
    }
    return found
  }

  anyMapping(value: unknown, path: KeyPath): Record<string, unknown> | undefined {
    if (value === undefined) return undefined
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>
    }
    return this.#mismatch(value, path, 'a mapping')
  }

  list(value: unknown, path: KeyPath): readonly unknown[] {
    if (value === undefined) return []
    return Array.isArray(value) ? value : (this.#mismatch(value, path, 'a list') ?? [])
  }

  text(value: unknown, path: KeyPath): string | undefined {
    if (value === undefined || (typeof value === 'string' && value !== '')) return value
    return this.#mismatch(value, path, 'text')
  }

  texts(value: unknown, path: KeyPath): string[] {
    return this.list(value, path).flatMap((one, i) => this.text(one, [...path, i]) ?? [])
  }

  flag(value: unknown, path: KeyPath): boolean | undefined {
    if (value === undefined || typeof value === 'boolean') return value
    return this.#mismatch(value, path, 'true or false')
  }

  whole(value: unknown, path: KeyPath, min: number, max: number): number | undefined {
    if (value === undefined) return undefined
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
      return value
    }
    return this.#mismatch(value, path, `a whole number from ${min} to ${max}`)
  }

  word<Word extends string>(
    value: unknown,
    path: KeyPath,
    known: readonly Word[],
  ): Word | undefined {
    if (value === undefined) return undefined
    const found = known.find((one) => one === value)
    return found ?? this.#mismatch(value, path, known.join(' or '))
  }

  /** Milliseconds of `30s` and the like. */
  duration(value: unknown, path: KeyPath): number | undefined {
    if (value === undefined) return undefined
    const durationMs = typeof value === 'string' ? parseDuration(value) : undefined
    return durationMs ?? this.#mismatch(value, path, 'a duration like 30s or 7d')
  }

  #mismatch(value: unknown, path: KeyPath, expected: string): undefined {
    const found = value === null ? 'nothing' : JSON.stringify(value)
    return this.fail(path, `found ${found.slice(0, 60)}, expected ${expected}`)
  }
}

function formatPath(path: KeyPath): string {
  return path
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : i === 0 ? key : `.${key}`))
    .join('')
}
