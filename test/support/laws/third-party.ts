// Law 3: every third-party package that we ship has exactly one importing folder, so that it can be
// replaced and measured; and whatever a package imports stands in its own manifest, or it would
// only work inside this repository.

import { isBuiltin } from 'node:module'
import { listWorkspaces } from '../../../scripts/workspaces.mjs'
import type { Workspace } from '../../../scripts/workspaces.mjs'
import { importsOf } from '../source-file.ts'
import type { SourceFile } from '../source-file.ts'
import { isShipped } from '../source-tree.ts'
import type { Breach } from './breach.ts'
import { roomOf } from './rooms.ts'

interface PackageUse {
  readonly name: string
  readonly path: string
  readonly line: number
}

const WORKSPACES: readonly Workspace[] = listWorkspaces()

export function checkThirdParty(files: readonly SourceFile[]): Breach[] {
  const uses = files.filter(({ path }) => isShipped(path)).flatMap(packageUses)
  return [...checkSingleImporter(uses), ...uses.flatMap(checkDeclared)]
}

function packageUses(file: SourceFile): PackageUse[] {
  return importsOf(file)
    .filter(({ specifier }) => !specifier.startsWith('.') && !isBuiltin(specifier))
    .map(({ specifier, line }) => ({ name: packageName(specifier), path: file.path, line }))
}

/** `@scope/name/sub` is the package `@scope/name`, `name/sub` is `name`. */
function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function checkSingleImporter(uses: readonly PackageUse[]): Breach[] {
  const importers = new Map<string, string>()
  return uses.filter(isThirdParty).flatMap(({ name, path, line }) => {
    const room = roomOf(path)?.path ?? path
    const first = importers.get(name)
    if (first === undefined) importers.set(name, room)
    if (first === undefined || first === room) return []
    const message = `${name} is imported from ${first} already; only one folder may know it`
    return [{ path, line, law: 'law 3', message }]
  })
}

function isThirdParty({ name }: PackageUse): boolean {
  return WORKSPACES.every(({ manifest }) => manifest.name !== name)
}

function checkDeclared({ name, path, line }: PackageUse): Breach[] {
  const workspace = WORKSPACES.find((one) => path.startsWith(`${one.name}/`))
  const { manifest } = workspace ?? {}
  const declared = { ...manifest?.dependencies, ...manifest?.peerDependencies }
  // The page's parts are bundled into dist, so nobody installs them.
  if (path.startsWith('console/page/')) Object.assign(declared, manifest?.devDependencies)
  if (name in declared || name === manifest?.name) return []
  const message = `${name} is not in the dependencies of ${workspace?.name}/package.json`
  return [{ path, line, law: 'law 3', message }]
}
