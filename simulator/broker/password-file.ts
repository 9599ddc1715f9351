// Mosquitto's password file, read and changed: `NAME:HASH` a line. A change is made in the file as
// it stands then, so that what somebody else has written meanwhile stays; other lines are not
// touched. It does not know groups, and holds no passwords.

import { readFileSync, realpathSync } from 'node:fs'
import { UsageError } from '@motewire/sdk/errors'
import { formatHash, parseHash } from './credential.ts'
import type { Credential } from './credential.ts'
import { replaceFile } from './replaced-file.ts'

export class PasswordFile {
  readonly path: string
  /** As it was read at the start. */
  readonly credentials: ReadonlyMap<string, Credential>
  readonly #names: Set<string>

  /** @throws UsageError `ERR_BROKER_CONFIG` naming file and line. */
  constructor(path: string) {
    this.credentials = parsePasswordFile(readText(path), path)
    this.#names = new Set(this.credentials.keys())
    this.path = realpathSync(path)
  }

  /** Whether the user stands in the file. */
  has(name: string): boolean {
    return this.#names.has(name)
  }

  /** Makes a line, or changes the one of that name. @throws UsageError `ERR_BROKER_CONFIG` */
  put(name: string, credential: Credential): void {
    const hash = formatHash(credential)
    if (hash === undefined || !/^[^\s:#][^\s:]*$/.test(name)) {
      throw refused(`user '${name}' cannot stand in ${this.path}`)
    }
    this.#rewrite(name, `${name}:${hash}`)
    this.#names.add(name)
  }

  /** @throws UsageError `ERR_BROKER_CONFIG` */
  delete(name: string): void {
    this.#rewrite(name, undefined)
    this.#names.delete(name)
  }

  #rewrite(name: string, line: string | undefined): void {
    const old = readText(this.path)
    parsePasswordFile(old, this.path)
    const lines = old.split('\n')
    if (lines.at(-1) === '') lines.pop()
    const isOwn = (one: string): boolean => one.startsWith(`${name}:`)
    const at = lines.findIndex(isOwn)
    const rest = lines.filter((one) => !isOwn(one))
    if (line !== undefined) rest.splice(at === -1 ? rest.length : at, 0, line)
    try {
      replaceFile(this.path, rest.map((one) => `${one}\n`).join(''))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      throw refused(`${this.path} cannot be written (${code}); nothing was changed`, error)
    }
  }
}

/**
 * Reads Mosquitto's password file.
 * @throws UsageError `ERR_BROKER_CONFIG` naming file and line.
 */
export function parsePasswordFile(text: string, file: string): Map<string, Credential> {
  const found = new Map<string, Credential>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const colon = line.indexOf(':')
    const credential = colon > 0 ? parseHash(line.slice(colon + 1).trim()) : undefined
    if (credential === undefined) {
      throw refused(`${file}:${index + 1}: expected NAME:$6$salt$hash or NAME:$7$rounds$salt$hash`)
    }
    found.set(line.slice(0, colon), credential)
  }
  return found
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const what = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`
    throw refused(`${path}: ${what}`, error)
  }
}

function refused(message: string, cause?: unknown): UsageError {
  return new UsageError('ERR_BROKER_CONFIG', message, { cause })
}
