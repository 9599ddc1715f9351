// Changes values in a YAML text and leaves the rest of it as somebody wrote it, comments included.

import { parseDocument } from 'yaml'

export interface YamlChange {
  readonly path: readonly string[]
  /** Undefined takes the key out. */
  readonly value: unknown
}

/** @param text without syntax problems. O(length). */
export function editYaml(text: string, changes: readonly YamlChange[]): string {
  const document = parseDocument(text)
  for (const { path, value } of changes) {
    if (value !== undefined) document.setIn(path, value)
    else if (document.hasIn(path)) document.deleteIn(path)
  }
  return document.toString({ lineWidth: 0 })
}
