// Text to GBK, the encoding of many devices in Chinese. The platform only decodes it, so the way
// back is made of what it decodes: about 24,000 characters, once, when the first text is encoded.

const FIRST_LEAD = 0x81
const FIRST_TRAIL = 0x40
const LAST = 0xfe

let table: ReadonlyMap<string, number> | undefined

/** Undefined when a character is not in GBK. */
export function encodeGbk(text: string): Uint8Array | undefined {
  table ??= makeTable()
  const bytes: number[] = []
  for (const char of text) {
    const code = char.charCodeAt(0) < 0x80 ? char.charCodeAt(0) : table.get(char)
    if (code === undefined) return undefined
    if (code > 0xff) bytes.push(code >>> 8)
    bytes.push(code & 0xff)
  }
  return Uint8Array.from(bytes)
}

function makeTable(): ReadonlyMap<string, number> {
  const decoder = new TextDecoder('gbk')
  const made = new Map<string, number>()
  for (let lead = FIRST_LEAD; lead <= LAST; lead++) {
    for (let trail = FIRST_TRAIL; trail <= LAST; trail++) {
      const text = decoder.decode(Uint8Array.of(lead, trail))
      // Two characters: a pair that stands for none.
      if (text.length === 1 && text !== '\uFFFD' && !made.has(text)) {
        made.set(text, (lead << 8) | trail)
      }
    }
  }
  return made
}
