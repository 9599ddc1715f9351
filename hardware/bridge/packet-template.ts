// What a bridge says by itself on the byte plane: text with placeholders, or bytes in hex. Pure.
//
//   %NAME   a field, such as %port; %time is the time in seconds since 1970; %% is a percent sign

import { UsageError } from '@motewire/sdk'

/** `%NAME` of a template, besides `%time`. */
export type PacketFields = Readonly<Record<string, string>>

/** Longest packet; serial servers on the market take 40. */
const TEMPLATE_BYTES_MAX = 255

const HEX = /^([0-9a-fA-F]{2}[\s:]*)+$/
const PLACEHOLDER = /%(%|[a-z]+)?/g

export class PacketTemplate {
  readonly #text: string | undefined
  readonly #bytes: Uint8Array
  readonly #fields: PacketFields

  /**
   * @throws UsageError `ERR_OPTION_INVALID` for a placeholder that is no field, and for a text that
   * is empty or longer than 255 bytes with its fields in place.
   */
  static text(text: string, fields: PacketFields = {}): PacketTemplate {
    for (const [all, name] of text.matchAll(PLACEHOLDER)) {
      if (name === '%' || name === 'time' || (name !== undefined && name in fields)) continue
      const known = ['%%', '%time', ...Object.keys(fields).map((one) => `%${one}`)].join(', ')
      throw invalid(`packet has ${all}, expected one of ${known}`)
    }
    return new PacketTemplate(text, new Uint8Array(), fields)
  }

  /** `7e 01 0a`. @throws UsageError `ERR_OPTION_INVALID` for what is no hex. */
  static hex(hex: string): PacketTemplate {
    if (!HEX.test(hex)) throw invalid(`packet is ${hex}, expected bytes in hex like 7e 01 0a`)
    return new PacketTemplate(undefined, Buffer.from(hex.replaceAll(/[\s:]/g, ''), 'hex'), {})
  }

  private constructor(text: string | undefined, bytes: Uint8Array, fields: PacketFields) {
    this.#text = text
    this.#bytes = bytes
    this.#fields = fields
    const { length } = this.render(0)
    if (length >= 1 && length <= TEMPLATE_BYTES_MAX) return
    throw invalid(`packet has ${length} bytes, expected 1 to ${TEMPLATE_BYTES_MAX}`)
  }

  /** The bytes, a copy that is the caller's. @param wallMs since 1970. */
  render(wallMs: number): Uint8Array {
    if (this.#text === undefined) return this.#bytes.slice()
    const filled = this.#text.replaceAll(PLACEHOLDER, (_all, name: string) => {
      if (name === '%') return '%'
      return name === 'time' ? String(Math.floor(wallMs / 1_000)) : this.#fields[name]!
    })
    return Uint8Array.from(Buffer.from(filled))
  }
}

function invalid(message: string): UsageError {
  return new UsageError('ERR_OPTION_INVALID', message)
}
