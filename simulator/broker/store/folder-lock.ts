// One broker a folder: a file that holds the number of the process. A process that is gone leaves
// its lock behind, and the next one takes it over.

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MotewireError } from '@motewire/sdk/errors'

export class FolderLock {
  readonly #path: string

  /** @throws MotewireError `ERR_BROKER_STORE_IN_USE`. */
  constructor(folder: string) {
    this.#path = join(folder, 'broker.lock')
    const holder = holderOf(this.#path)
    if (holder !== undefined && isAlive(holder)) {
      const what = `broker store ${folder} is in use by process ${holder}`
      throw new MotewireError('ERR_BROKER_STORE_IN_USE', what)
    }
    rmSync(this.#path, { force: true })
    // Two that start at once: one of them fails here.
    writeFileSync(this.#path, String(process.pid), { flag: 'wx', mode: 0o600 })
  }

  release(): void {
    rmSync(this.#path, { force: true })
  }
}

function holderOf(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8'))
    return Number.isInteger(pid) && pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
