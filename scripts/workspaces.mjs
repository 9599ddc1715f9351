// The packages of this repository, as the root package.json lists them: each stands after the ones
// it depends on, which is the order in which they are built. It knows manifests, not sources.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './install.mjs'

/** Folder and manifest of every workspace, in build order. */
export function listWorkspaces() {
  const { workspaces } = readManifest(ROOT)
  return workspaces.map((name) => {
    const folder = join(ROOT, name)
    return { name, folder, manifest: readManifest(folder) }
  })
}

function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}
