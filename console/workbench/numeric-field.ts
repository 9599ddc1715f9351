// The number that a payload holds at a place: in a JSON document, or as the whole text. Pure.

/** Longer payloads are not taken apart: a chart asks for many of them at once. */
const READ_BYTES_MAX = 65_536
const STEPS_MAX = 32

/** `a.b[0].c` or `a.b.0.c` as its steps; '' has none. Undefined: too deep, or a step is empty. */
export function parseFieldPath(text: string): readonly string[] | undefined {
  if (text === '') return []
  const steps = text
    .replace(/^\$\.?/, '')
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
  // A path that begins with an index has got a dot in front of it.
  const kept = steps[0] === '' && steps.length > 1 ? steps.slice(1) : steps
  return kept.length > STEPS_MAX || kept.includes('') ? undefined : kept
}

/** True and false count as 1 and 0; undefined where no finite number stands. */
export function numberAt(payload: Buffer, path: readonly string[]): number | undefined {
  if (payload.length === 0 || payload.length > READ_BYTES_MAX) return undefined
  let value = parsed(payload.toString('utf8'))
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined
    // Of an array its elements only, not what the language adds to them.
    if (!Object.prototype.propertyIsEnumerable.call(value, step)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[step]
  }
  if (typeof value === 'boolean') return Number(value)
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
