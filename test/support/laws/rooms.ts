// Law 2: which room may import which. The table is the one of ARCHITECTURE.md; the checks follow
// each import to the file it means, through the `dev` condition where it crosses packages, and
// look for cycles between files and between rooms. Type imports count like any other.

import { posix } from 'node:path'
import { listWorkspaces } from '../../../scripts/workspaces.mjs'
import { importsOf } from '../source-file.ts'
import type { ImportEdge, SourceFile } from '../source-file.ts'
import type { Breach } from './breach.ts'

interface Room {
  /** Folder, or file, that is the room; the longest match counts. */
  readonly path: string
  /** Rooms that may be imported; `sdk/**` means all rooms below `sdk`. */
  readonly may: readonly string[]
  /** Rooms of which only types may be imported. */
  readonly mayTypes?: readonly string[]
  /** Whether Node's own modules may be imported. */
  readonly node?: boolean
}

const ERRORS = 'sdk/errors.ts'

/** A room may always import from itself. */
const ROOMS: readonly Room[] = [
  { path: 'sdk/kit', may: [] },
  { path: ERRORS, may: [] },
  { path: 'sdk/codec', may: ['sdk/kit', ERRORS] },
  { path: 'sdk/core', may: ['sdk/kit', 'sdk/codec', ERRORS], mayTypes: ['sdk/store'] },
  { path: 'sdk/channel', may: ['sdk/kit', ERRORS], mayTypes: ['sdk/runtime'], node: true },
  {
    path: 'sdk/store',
    may: ['sdk/kit', ERRORS],
    mayTypes: ['sdk/codec', 'sdk/runtime'],
    node: true,
  },
  { path: 'sdk/runtime', may: ['sdk/kit', ERRORS], node: true },
  { path: 'sdk', may: ['sdk/**'], node: true },
  { path: 'simulator/broker/core', may: ['sdk/**'] },
  {
    path: 'simulator/broker',
    // The one reader of YAML lives with the scenarios.
    may: ['sdk/**', 'simulator/broker/core', 'simulator/scenario'],
    node: true,
  },
  { path: 'simulator/world', may: ['sdk/**'] },
  // Bundled into the console's page, so it stays free of everything.
  { path: 'simulator/sparkplug', may: [] },
  {
    path: 'simulator/device',
    may: ['sdk/**', 'simulator/world', 'simulator/sparkplug'],
    // Its models are made from the plain data that a scenario is.
    mayTypes: ['simulator/scenario'],
    node: true,
  },
  {
    path: 'simulator/scenario',
    // Thresholds are checked when a file is read, in the words of the report.
    // Links are written in the words of the world, whose settings are plain data.
    may: ['sdk/kit', ERRORS, 'simulator/report', 'simulator/world'],
    mayTypes: ['sdk/**'],
    node: true,
  },
  // Digests of shards add up in a merged report.
  { path: 'simulator/report', may: ['sdk/kit', ERRORS, 'simulator/world'], node: true },
  {
    path: 'simulator/fleet',
    may: [
      'sdk/**',
      'simulator/broker',
      'simulator/world',
      'simulator/device',
      'simulator/scenario',
      'simulator/report',
    ],
    node: true,
  },
  { path: 'simulator', may: ['sdk/**', 'simulator/**'], node: true },
  { path: 'hardware/framing', may: ['sdk/kit'] },
  { path: 'hardware', may: ['sdk/**', 'hardware/**'], node: true },
  // Runs at build time only, in Node.
  { path: 'console/page/build.mjs', may: [], node: true },
  {
    path: 'console/page',
    may: ['simulator/sparkplug'],
    mayTypes: ['console/**', 'simulator/**'],
  },
  { path: 'console', may: ['sdk/**', 'simulator/**', 'hardware/**', 'console/**'], node: true },
  {
    path: 'cli',
    may: ['sdk/**', 'simulator/**', 'hardware/**', 'console/**', 'cli/**'],
    node: true,
  },
  { path: 'examples', may: ['sdk/**', 'simulator/**', 'hardware/**', 'console/**'], node: true },
]

export function roomOf(path: string): Room | undefined {
  return ROOMS.filter((room) => path === room.path || path.startsWith(`${room.path}/`))
    .toSorted((one, other) => other.path.length - one.path.length)
    .at(0)
}

/** The published subpaths of all packages and the source file each one means. */
function publishedSubpaths(): ReadonlyMap<string, string> {
  const subpaths = new Map<string, string>()
  for (const { name, manifest } of listWorkspaces()) {
    for (const [subpath, target] of Object.entries(manifest.exports ?? {})) {
      const source = typeof target === 'string' ? target : target['dev']
      if (source === undefined) continue
      subpaths.set(posix.join(manifest.name, subpath), posix.join(name, source))
    }
  }
  return subpaths
}

const SUBPATHS = publishedSubpaths()
const OWN_PACKAGES: readonly string[] = listWorkspaces().map(({ manifest }) => manifest.name)

/** The file of this repository that an import means; undefined for packages and Node. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier)
  return SUBPATHS.get(specifier)
}

function isOwnPackage(specifier: string): boolean {
  return OWN_PACKAGES.some((name) => specifier === name || specifier.startsWith(`${name}/`))
}

export function checkRoomImports(files: readonly SourceFile[]): Breach[] {
  return files.flatMap((file) => {
    const room = roomOf(file.path)
    if (room === undefined) return []
    return importsOf(file).flatMap((edge) => {
      const message = objectionTo(edge, file.path, room)
      if (message === undefined) return []
      return [{ path: file.path, line: edge.line, law: 'law 2', message }]
    })
  })
}

/** Why this import is not allowed, or undefined when it is. */
function objectionTo(edge: ImportEdge, from: string, room: Room): string | undefined {
  const { specifier } = edge
  if (specifier.startsWith('node:')) {
    return room.node ? undefined : `${specifier} in ${room.path}, which stays free of Node`
  }
  const target = resolveImport(from, specifier)
  if (target === undefined) {
    return isOwnPackage(specifier) ? `${specifier} is not a published subpath` : undefined
  }
  if (specifier.startsWith('.') && packageOf(target) !== packageOf(from)) {
    return `${specifier} leaves the package; import what it publishes`
  }
  const targetRoom = roomOf(target)
  if (targetRoom === undefined) return `${specifier} is in no room of a package`
  if (targetRoom === room || permits(room.may, targetRoom.path)) return undefined
  const mayTypes = permits(room.mayTypes ?? [], targetRoom.path)
  if (mayTypes && edge.isTypeOnly) return undefined
  return mayTypes
    ? `${room.path} may import only types from ${targetRoom.path}`
    : `${room.path} may not import ${targetRoom.path}`
}

function packageOf(path: string): string {
  return path.split('/', 1)[0] ?? ''
}

function permits(patterns: readonly string[], path: string): boolean {
  return patterns.some((pattern) => {
    if (!pattern.endsWith('/**')) return path === pattern
    const folder = pattern.slice(0, -3)
    return path === folder || path.startsWith(`${folder}/`)
  })
}
