// Templates: text with placeholders that differ from device to device, `room-{index:04}`. Compiled
// once a group, rendered once a device. `{{` and `}}` stand for the braces themselves. It does not
// know what a topic or a client id may contain. O(length).

import { PLACEHOLDERS_MAX } from './bounds.ts'

export const PLACEHOLDERS = ['index', 'group', 'id', 'seed'] as const

/** What a client id may use: `{id}` is what it defines. */
export const CLIENT_ID_PLACEHOLDERS: readonly Placeholder[] = ['index', 'group', 'seed']

export type Placeholder = (typeof PLACEHOLDERS)[number]

/** What a device fills in. */
export interface PlaceholderValues {
  /** The device's number in its group, from 0. */
  readonly index: number
  readonly group: string
  /** The client id. */
  readonly id: string
  readonly seed: number | string
}

interface Slot {
  readonly placeholder: Placeholder
  /** Zero-padded to so many digits; 0 is not padded. */
  readonly width: number
}

/** What `found` is wrong and what was `expected`. */
export interface TemplateProblem {
  readonly found: string
  readonly expected: string
}

export class Template {
  readonly text: string
  readonly #parts: readonly (string | Slot)[]

  private constructor(text: string, parts: readonly (string | Slot)[]) {
    this.text = text
    this.#parts = parts
  }

  /**
   * @param allowed placeholders that make sense here. Default: all.
   * @returns the problem instead when the text is no such template.
   */
  static parse(
    text: string,
    allowed: readonly Placeholder[] = PLACEHOLDERS,
  ): Template | TemplateProblem {
    const parts: (string | Slot)[] = []
    for (const [token] of text.matchAll(TOKEN)) {
      const part = partOf(token, allowed)
      if (typeof part === 'object' && 'found' in part) return part
      parts.push(part)
    }
    const slots = parts.filter((part) => typeof part === 'object').length
    if (slots > PLACEHOLDERS_MAX) {
      return { found: `${slots} placeholders`, expected: `at most ${PLACEHOLDERS_MAX}` }
    }
    return new Template(text, parts)
  }

  /** For text that has been checked before. Throws when it is no template. */
  static of(text: string): Template {
    const template = Template.parse(text)
    if (template instanceof Template) return template
    throw new TypeError(`${template.found} in ${text}, expected ${template.expected}`)
  }

  uses(placeholder: Placeholder): boolean {
    return this.#parts.some((part) => typeof part === 'object' && part.placeholder === placeholder)
  }

  render(values: PlaceholderValues): string {
    return this.#join(this.#parts, values)
  }

  /** What stands before the first and after the last {index}: the same for every index. */
  frame(values: PlaceholderValues): { readonly head: string; readonly tail: string } {
    const isIndex = (part: string | Slot): boolean =>
      typeof part === 'object' && part.placeholder === 'index'
    const first = this.#parts.findIndex(isIndex)
    const last = this.#parts.findLastIndex(isIndex)
    return {
      head: this.#join(first === -1 ? this.#parts : this.#parts.slice(0, first), values),
      tail: this.#join(this.#parts.slice(last + 1), values),
    }
  }

  #join(parts: readonly (string | Slot)[], values: PlaceholderValues): string {
    let out = ''
    for (const part of parts) {
      if (typeof part === 'string') out += part
      else out += String(values[part.placeholder]).padStart(part.width, '0')
    }
    return out
  }
}

/** Escaped braces, a placeholder, a brace that belongs to nothing, or plain text. */
const TOKEN = /\{\{|\}\}|\{[^{}]*\}|[{}]|[^{}]+/g

function partOf(token: string, allowed: readonly Placeholder[]): string | Slot | TemplateProblem {
  if (token === '{{' || token === '}}') return token.charAt(0)
  if (token === '{' || token === '}') {
    return { found: `a single ${token}`, expected: `a placeholder, or ${token}${token}` }
  }
  return token.startsWith('{') ? slotOf(token, allowed) : token
}

function slotOf(token: string, allowed: readonly Placeholder[]): Slot | TemplateProblem {
  const [name = '', ...rest] = token.slice(1, -1).split(':')
  const placeholder = allowed.find((one) => one === name)
  if (placeholder === undefined) {
    const choice = allowed.map((one) => `{${one}}`).join(' ')
    return { found: `placeholder {${name}}`, expected: `one of ${choice}` }
  }
  if (rest.length === 0) return { placeholder, width: 0 }
  const format = rest.join(':')
  if (placeholder === 'index' && /^0[1-9]\d?$/.test(format)) {
    return { placeholder, width: Number(format) }
  }
  return { found: `placeholder ${token}`, expected: '{index:05} for zero-padding to 5 digits' }
}
