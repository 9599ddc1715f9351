// Brings in the files that a scenario names: recordings, tracks, credentials, modules. What is
// wrong with one is told like any mistake of the scenario, at the key that names it. How a file is
// read is the caller's matter; CSV is csv.ts.

import { parseCsv } from './csv.ts'
import type { Csv } from './csv.ts'
import { ROWS_MAX, WAYPOINTS_MAX } from './bounds.ts'
import { mismatch } from './findings.ts'
import type { Finding, KeyPath } from './findings.ts'
import type { GroupDraft } from './group-schema.ts'
import type {
  BrokerTarget,
  CredentialSpec,
  DeviceGroup,
  FieldSpec,
  FirmwareSpec,
  ReplaySpec,
  SparkplugSpec,
  StreamSpec,
} from './scenario.ts'

/** Both throw an Error whose message is the reason in a few words. */
export interface ScenarioFiles {
  /** The whole text. */
  read(path: string): string
  /** The absolute path of a file that exists. */
  locate(path: string): string
  /** The absolute path of a file that may exist. */
  resolve(path: string): string
}

/** A group with all its files read, but without its number of devices. */
export type AttachedGroup = Omit<DeviceGroup, 'devices'>

export interface AttachedGroups {
  readonly groups: readonly AttachedGroup[]
  readonly findings: readonly Finding[]
}

/** @param keyOf path of a group in the file. */
export function attachFiles(
  groups: readonly GroupDraft[],
  files: ScenarioFiles,
  keyOf: (position: number) => KeyPath,
): AttachedGroups {
  const findings: Finding[] = []
  const attached = groups.map((group, position) => {
    const attempt = new Attempt(files, findings, keyOf(position))
    return {
      ...group,
      model: attempt.at(['model'], group.model, (model) => {
        return { ...model, path: files.locate(model.path) }
      }),
      firmware: attachFirmware(group.firmware, attempt, files),
      credentials: attempt.at(['credentials'], group.credentials, (rows) => {
        return typeof rows === 'string' ? credentialsOf(attempt.csv(rows), files) : rows
      }),
      track: attempt.at(['track', 'waypoints'], group.track, (track) => {
        const { waypoints } = track
        return typeof waypoints === 'string'
          ? { ...track, waypoints: waypointsOf(attempt.csv(waypoints)) }
          : track
      }),
      lifecycle: attachLifecycle(group.lifecycle, files),
      sparkplug: attachSparkplug(group.sparkplug, attempt),
      publish: group.publish.map((stream, at) => attachStream(stream, attempt, ['publish', at])),
    }
  })
  // Where a file could not be read the draft is left, and the findings keep it from being used.
  return { groups: attached as AttachedGroup[], findings }
}

/** The broker with the paths of its files; those of certificates may be templates. */
export function attachBroker(
  broker: BrokerTarget,
  files: ScenarioFiles,
): { readonly broker: BrokerTarget; readonly findings: readonly Finding[] } {
  const findings: Finding[] = []
  const attempt = new Attempt(files, findings, ['broker'])
  const ca = attempt.at(['ca'], broker.ca, (path) => files.locate(path))
  const [cert, key] = [broker.cert, broker.key].map((path) => path && files.resolve(path))
  return { broker: { ...broker, ca, cert, key }, findings }
}

/** Tries what may go wrong, and turns what does into findings. */
class Attempt {
  readonly #files: ScenarioFiles
  readonly #findings: Finding[]
  readonly #base: KeyPath

  constructor(files: ScenarioFiles, findings: Finding[], base: KeyPath) {
    this.#files = files
    this.#findings = findings
    this.#base = base
  }

  at<Value>(
    path: KeyPath,
    value: Value | undefined,
    work: (value: Value) => Value,
  ): Value | undefined {
    if (value === undefined) return undefined
    try {
      return work(value)
    } catch (error) {
      const { message } = error as Error
      this.#findings.push(mismatch([...this.#base, ...path], undefined, EXPECTED, message))
      return value
    }
  }

  csv(path: string): Csv {
    const csv = parseCsv(this.#files.read(path), ROWS_MAX)
    if (csv.rows.length === 0) throw new Error(`no rows in ${path}`)
    return csv
  }

  locate(path: string): string {
    return this.#files.locate(path)
  }
}

const EXPECTED = 'a file that can be used'

function attachStream(stream: StreamSpec, attempt: Attempt, path: KeyPath): StreamSpec {
  const fields = attachFields(stream.payload.fields, attempt, [...path, 'payload', 'fields'])
  return { ...stream, payload: { ...stream.payload, fields } }
}

function attachFirmware(
  spec: FirmwareSpec | undefined,
  attempt: Attempt,
  files: ScenarioFiles,
): FirmwareSpec | undefined {
  if (spec?.kind === 'program') {
    // Whether the program is there, or on the PATH, is seen before the run.
    const [name = '', ...args] = spec.command
    const own = name.includes('/') ? files.resolve(name) : name
    return { ...spec, command: [own, ...args], folder: files.resolve('.') }
  }
  return attempt.at(['firmware'], spec, (firmware) => {
    const analog = attachFields(firmware.analog, attempt, ['firmware', 'analog'])
    return { ...firmware, path: attempt.locate(firmware.path), analog }
  })
}

/** Paths of certificates are templates: whether the files are there is seen before the run. */
function attachLifecycle(
  spec: DeviceGroup['lifecycle'],
  files: ScenarioFiles,
): DeviceGroup['lifecycle'] {
  if (spec?.provision === undefined) return spec
  const [cert, key] = [spec.provision.cert, spec.provision.key].map((path) => {
    return path && files.resolve(path)
  })
  return { ...spec, provision: { ...spec.provision, cert, key } }
}

function attachSparkplug(spec: SparkplugSpec | undefined, attempt: Attempt): typeof spec {
  if (spec === undefined) return undefined
  const devices = spec.devices.map(({ name, metrics }) => {
    return { name, metrics: attachFields(metrics, attempt, ['sparkplug', 'devices', name]) }
  })
  const metrics = attachFields(spec.metrics, attempt, ['sparkplug', 'metrics'])
  return { ...spec, metrics, devices }
}

function attachFields(
  fields: readonly FieldSpec[],
  attempt: Attempt,
  path: KeyPath,
): readonly FieldSpec[] {
  return fields.map(({ name, sensor }) => {
    return { name, sensor: attachSensor(sensor, attempt, [...path, name]) }
  })
}

function attachSensor(
  sensor: FieldSpec['sensor'],
  attempt: Attempt,
  key: KeyPath,
): FieldSpec['sensor'] {
  if (sensor.sensor === 'function') {
    return attempt.at([...key, 'file'], sensor, (one) => {
      return { ...one, path: attempt.locate(one.path) }
    }) as typeof sensor
  }
  if (sensor.sensor !== 'replay') return sensor
  return attempt.at([...key, 'file'], sensor, (one) => {
    return { ...one, ...recordingOf(attempt.csv(one.source.file), one.source) }
  }) as typeof sensor
}

function recordingOf(
  csv: Csv,
  { file, column, time, unit, fromMs, toMs }: ReplaySpec['source'],
): Pick<ReplaySpec, 'timesMs' | 'values'> {
  const [timeAt, valueAt] = [columnOf(csv, time, file), columnOf(csv, column, file)]
  const timesMs: number[] = []
  const values: number[] = []
  let firstMs: number | undefined
  for (const [number, row] of csv.rows.entries()) {
    const value = Number(row[valueAt])
    if (row[valueAt] === undefined || row[valueAt] === '' || !Number.isFinite(value)) continue
    const atMs = instantOf(row[timeAt] ?? '', unit)
    if (Number.isNaN(atMs)) throw new Error(`no time in row ${number + 2} of ${file}`)
    firstMs ??= atMs
    const elapsedMs = atMs - firstMs
    if (elapsedMs < fromMs || elapsedMs > (toMs ?? Infinity)) continue
    if (elapsedMs - fromMs < (timesMs.at(-1) ?? 0)) {
      throw new Error(`row ${number + 2} of ${file} goes back in time`)
    }
    timesMs.push(elapsedMs - fromMs)
    values.push(value)
  }
  if (values.length === 0) throw new Error(`no values of ${column} in that range of ${file}`)
  return { timesMs, values }
}

function instantOf(text: string, unit: 's' | 'ms'): number {
  const number = Number(text)
  if (text !== '' && Number.isFinite(number)) return unit === 's' ? number * 1_000 : number
  return Date.parse(text)
}

function waypointsOf(csv: Csv): [number, number][] {
  const [latitude, longitude] = [columnOf(csv, 'latitude', ''), columnOf(csv, 'longitude', '')]
  if (csv.rows.length > WAYPOINTS_MAX) throw new Error(`more than ${WAYPOINTS_MAX} waypoints`)
  return csv.rows.map((row, number) => {
    const point: [number, number] = [Number(row[latitude]), Number(row[longitude])]
    const isFine = Math.abs(point[0]) <= 90 && Math.abs(point[1]) <= 180
    if (isFine && row[latitude] !== '' && row[longitude] !== '') return point
    throw new Error(`no place on earth in row ${number + 2}`)
  })
}

function credentialsOf(csv: Csv, files: ScenarioFiles): CredentialSpec[] {
  const known = ['username', 'password', 'cert', 'key']
  const odd = csv.columns.find((name) => !known.includes(name))
  if (odd !== undefined) throw new Error(`column ${odd}, not one of ${known.join(' ')}`)
  const of = (row: readonly string[], name: string): string | undefined => {
    const cell = row[csv.columns.indexOf(name)]
    return cell === '' ? undefined : cell
  }
  const located = (path: string | undefined): string | undefined => path && files.locate(path)
  return csv.rows.map((row) => ({
    username: of(row, 'username'),
    password: of(row, 'password'),
    cert: located(of(row, 'cert')),
    key: located(of(row, 'key')),
  }))
}

function columnOf(csv: Csv, name: string, file: string): number {
  const position = csv.columns.indexOf(name)
  if (position !== -1) return position
  throw new Error(
    `no column ${name}${file === '' ? '' : ` in ${file}`}, but ${csv.columns.join(' ')}`,
  )
}
