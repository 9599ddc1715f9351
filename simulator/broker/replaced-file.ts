// Writes a file whole or not at all: a draft beside it, with the same rights and owner, takes its
// place once it is on the disk. It does not know what is in the file.

import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'

const OWNER_ONLY = 0o600

/**
 * @param path of a file that is there, not of a link to one.
 * @throws what the file system says; then the file is as it was.
 */
export function replaceFile(path: string, text: string): void {
  const { mode, uid, gid } = statSync(path)
  const draft = `${path}.new`
  // Nobody else may read it before it has the rights of the old one.
  const descriptor = openSync(draft, 'w', OWNER_ONLY)
  try {
    if (process.getuid?.() === 0) fchownSync(descriptor, uid, gid)
    fchmodSync(descriptor, mode)
    writeFileSync(descriptor, text)
    fsyncSync(descriptor)
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  } finally {
    closeSync(descriptor)
  }
}
