// How numbers, sizes and times are written in a language. Pure; a Format is made once a language.
// Counts below a million are written out, longer ones in short (1.23M, 123万).

import type { PageLabels } from './en.ts'

export class Format {
  readonly #labels: PageLabels
  readonly #whole: Intl.NumberFormat
  readonly #short: Intl.NumberFormat
  readonly #tenth: Intl.NumberFormat
  readonly #hundredth: Intl.NumberFormat
  readonly #three: Intl.NumberFormat
  readonly #measured: Intl.NumberFormat

  constructor(language: string, labels: PageLabels) {
    this.#labels = labels
    this.#whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 })
    this.#short = new Intl.NumberFormat(language, {
      notation: 'compact',
      maximumSignificantDigits: 4,
    })
    this.#tenth = new Intl.NumberFormat(language, {
      minimumFractionDigits: 1,
      maximumFractionDigits: 1,
    })
    this.#hundredth = new Intl.NumberFormat(language, {
      minimumFractionDigits: 2,
      maximumFractionDigits: 2,
    })
    this.#three = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 })
    this.#measured = new Intl.NumberFormat(language, { maximumSignificantDigits: 7 })
  }

  count(value: number): string {
    return Math.abs(value) < 1_000_000 ? this.#whole.format(value) : this.#short.format(value)
  }

  /** A measured value; – where there is none. */
  number(value: number | undefined): string {
    return value === undefined ? '–' : this.#measured.format(value)
  }

  /** All digits, whatever their number. */
  exact(value: number): string {
    return this.#whole.format(value)
  }

  /** Something a second. */
  rate(value: number): string {
    if (value < 0.005) return '0'
    if (value < 0.995) return this.#hundredth.format(value)
    return value < 100 ? this.#tenth.format(value) : this.count(value)
  }

  bytes(value: number): string {
    const unit = UNITS.findLast(({ size }) => value >= size)
    if (unit === undefined) return `${this.#whole.format(value)} B`
    return `${this.#three.format(value / unit.size)} ${unit.name}`
  }

  milliseconds(value: number): string {
    return value >= 1000 ? this.#whole.format(value) : this.#three.format(value)
  }

  /** How long ago it was. */
  ago(ms: number): string {
    return ms < 1000 ? this.#labels.justNow : this.#labels.ago(this.duration(ms))
  }

  /** The two largest units: `3 h 12 min`. */
  duration(ms: number): string {
    const seconds = Math.max(0, Math.floor(ms / 1000))
    const { days, hours, minutes, seconds: secondsOf } = this.#labels
    const parts: [number, (count: string) => string][] = [
      [Math.floor(seconds / 86_400), days],
      [Math.floor(seconds / 3600) % 24, hours],
      [Math.floor(seconds / 60) % 60, minutes],
      [seconds % 60, secondsOf],
    ]
    const first = parts.findIndex(([count]) => count > 0)
    if (first === -1) return secondsOf('0')
    return parts
      .slice(first, first + 2)
      .filter(([count]) => count > 0)
      .map(([count, write]) => write(String(count)))
      .join(' ')
  }
}

/** `14:03:07.125`, in the visitor's time. */
export function clockTime(at: number): string {
  const date = new Date(at)
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()]
  const clock = parts.map((part) => String(part).padStart(2, '0')).join(':')
  return `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

/** The protocol's versions by their number on the wire. */
export const MQTT_VERSIONS = { 3: '3.1', 4: '3.1.1', 5: '5.0' } as const

const UNITS = [
  { name: 'kB', size: 1e3 },
  { name: 'MB', size: 1e6 },
  { name: 'GB', size: 1e9 },
  { name: 'TB', size: 1e12 },
]
