// A bridge configuration from disk: the file, the files that it names, and every mistake at once.
// Paths in it are relative to it. It makes no bridge; port-bridge.ts does.

import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import type { ListenSource } from '@motewire/hardware'
import { parseAddress } from '@motewire/hardware'
import { readDocument } from '@motewire/simulator/document'
import type { Finding, KeyPath } from '@motewire/simulator/document'
import { Exit, EXIT } from '../exit.ts'
import { bridgeSchema, idleKeys } from './bridge-schema.ts'
import type { BridgeFile, BrokerEntry, PortEntry } from './bridge-schema.ts'
import type { ListenEntry } from './byte-plane-schema.ts'

/** The broker of a port, with the contents of its files. */
export interface BrokerSettings {
  readonly url: string
  readonly clientId?: string
  readonly username?: string
  readonly password?: string
  readonly keepalive?: number
  readonly tls: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer }
}

export interface PortConfig {
  readonly name: string
  readonly entry: PortEntry
  /** Undefined for `speaks: bytes`. */
  readonly broker: BrokerSettings | undefined
  /** With the contents of its files. */
  readonly listen: ListenSource | undefined
  /** The journal's path, resolved. */
  readonly store: string | undefined
  /** The capture file's path, resolved. */
  readonly pcap: string | undefined
}

export interface BridgeConfig {
  readonly ports: readonly PortConfig[]
  readonly metrics: number | undefined
  readonly status: { readonly topic: string; readonly everyMs: number } | undefined
  /** The broker of the status. */
  readonly broker: BrokerSettings | undefined
}

/** @throws Exit with code 2 and a line for each mistake, in the order of the file. */
export function loadBridgeConfig(path: string): BridgeConfig {
  const document = readDocument(readText(path), path, bridgeSchema)
  const problems = 'problems' in document ? document.problems : undefined
  if (problems !== undefined) throw mistakes(problems.map(({ text }) => text))
  const { value, locate } = document as Extract<typeof document, { value: unknown }>
  const reader = new ConfigFiles(dirname(path))
  const config = configOf(value, reader)
  if (reader.findings.length > 0) {
    throw mistakes(locate(reader.findings).map(({ text }) => text))
  }
  return config
}

function mistakes(lines: readonly string[]): Exit {
  return new Exit(EXIT.usage, lines.join('\n'))
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw mistakes([`${path}: found ${reasonOf(error)}, expected a file that can be read`])
  }
}

function configOf(file: BridgeFile, files: ConfigFiles): BridgeConfig {
  const common = file.broker ?? {}
  const serials = new Map<string, string>()
  const captures = new Map<string, string>()
  const ports = Object.entries(file.ports).map(([name, entry]): PortConfig => {
    const path = ['ports', name]
    for (const { key, expected } of idleKeys(entry))
      files.refuse([...path, key], expected, 'it', true)
    const other = serials.get(entry.serial)
    if (other !== undefined)
      files.refuse([...path, 'serial'], `another port than that of ${other}`, entry.serial)
    serials.set(entry.serial, name)
    const hasBroker = entry.speaks !== 'bytes'
    const broker = hasBroker
      ? files.broker({ ...common, ...entry.broker }, path, entry.broker)
      : undefined
    const { listen: server } = entry
    const listen = server === undefined ? undefined : files.listen(server, [...path, 'listen'])
    const store = files.written(entry.store, [...path, 'store'])
    const pcap = files.written(entry.pcap, [...path, 'pcap'])
    const owner = pcap === undefined ? undefined : captures.get(pcap)
    if (owner !== undefined)
      files.refuse([...path, 'pcap'], `another file than that of ${owner}`, entry.pcap ?? '')
    if (pcap !== undefined) captures.set(pcap, name)
    return { name, entry, broker, listen, store, pcap }
  })
  const { status } = file
  return {
    ports,
    metrics: file.metrics,
    status: status === undefined ? undefined : { topic: status.topic, everyMs: status.every },
    broker: file.broker === undefined ? undefined : files.broker(common, [], common),
  }
}

/** The files beside the configuration, and what is wrong with what it says of them. */
class ConfigFiles {
  readonly #folder: string
  readonly findings: Finding[] = []

  constructor(folder: string) {
    this.#folder = folder
  }

  refuse(path: KeyPath, expected: string, found: string, isAboutKey = false): undefined {
    const message = `found ${found}, expected ${expected}`
    // The file's own broker is looked at for each port that uses it.
    if (this.findings.some((one) => one.path.join('.') === path.join('.'))) return undefined
    this.findings.push({ path, isAboutKey, message })
    return undefined
  }

  /**
   * @param path of the mapping that has a `broker` key, or misses it.
   * @param own what that key itself says; other values come from the file's broker.
   */
  broker(
    entry: BrokerEntry,
    path: KeyPath,
    own: BrokerEntry | undefined,
  ): BrokerSettings | undefined {
    const { url, clientId, username, passwordFile, keepalive } = entry
    if (url === undefined) {
      return this.refuse(path, 'a broker with a url, here or at the top of the file', 'none')
    }
    const read = (key: 'ca' | 'cert' | 'key' | 'passwordFile'): Buffer | undefined => {
      const isOwn = own?.[key] !== undefined
      return this.#read(entry[key], [...(isOwn ? path : []), 'broker', key])
    }
    const secret = passwordFile === undefined ? entry.password : firstLine(read('passwordFile'))
    const [ca, cert, key] = [read('ca'), read('cert'), read('key')]
    return {
      url,
      ...(clientId === undefined ? {} : { clientId }),
      ...(username === undefined ? {} : { username }),
      ...(secret === undefined ? {} : { password: secret }),
      ...(keepalive === undefined ? {} : { keepalive }),
      tls: {
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
      },
    }
  }

  listen(entry: ListenEntry, path: KeyPath): ListenSource {
    const { address, allow, viewers, kick, rfc2217 } = entry
    return {
      listen: parseAddress(address),
      ...(allow === undefined ? {} : { allow }),
      ...(viewers === undefined ? {} : { viewersMax: viewers }),
      ...(kick === true ? { whenBusy: 'kick' } : {}),
      ...(rfc2217 === true ? { rfc2217: {} } : {}),
      ...this.#listenTls(entry, path),
    }
  }

  #listenTls(entry: ListenEntry, path: KeyPath): Pick<ListenSource, 'tls'> {
    const read = (key: 'cert' | 'key' | 'ca'): string | undefined => {
      return this.#read(entry[key], [...path, key])?.toString('utf8')
    }
    const [cert, key, ca] = [read('cert'), read('key'), read('ca')]
    if (cert === undefined || key === undefined) return {}
    const tls = { cert, key, ...(ca === undefined ? {} : { ca }) }
    try {
      createSecureContext(tls)
    } catch (error) {
      const found = `${entry.cert} (${(error as Error).message})`
      this.refuse([...path, 'cert'], 'a certificate, its key and an authority in PEM', found)
    }
    return { tls }
  }

  /** A file of ours: it is made when it is not there, its folder is not. */
  written(name: string | undefined, path: KeyPath): string | undefined {
    if (name === undefined) return undefined
    const full = resolve(this.#folder, name)
    const folder = statSync(dirname(full), { throwIfNoEntry: false })
    if (folder?.isDirectory() === true) return full
    return this.refuse(path, 'a file in a folder that exists', name)
  }

  #read(name: string | undefined, path: KeyPath): Buffer | undefined {
    if (name === undefined) return undefined
    try {
      return readFileSync(resolve(this.#folder, name))
    } catch (error) {
      return this.refuse(path, 'a file that can be read', `${name} (${reasonOf(error)})`)
    }
  }
}

function firstLine(content: Buffer | undefined): string | undefined {
  return content?.toString('utf8').split(/\r?\n/)[0]
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'a folder',
  EACCES: 'no permission to read it',
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return REASONS[code ?? ''] ?? message
}
