// The repository as the law tests read it: every text file that is ours, and the parsed sources
// among them. Reads the disk, not git, so that a law speaks before the commit. Parsed once a
// process.

import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { listWorkspaces } from '../../scripts/workspaces.mjs'
import { parseSource } from './source-file.ts'
import type { SourceFile } from './source-file.ts'

/** The folder of the repository. */
export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url))

const FOREIGN = new Set(['node_modules', 'dist', '.git', 'coverage', '.motewire', '.vite'])
const FOREIGN_PATHS = new Set(['test/output', 'package-lock.json'])
const SOURCE_EXTENSIONS = new Set(['.ts', '.tsx', '.mts', '.mjs'])
const BINARY_EXTENSIONS = new Set(['.png', '.jpg', '.ico', '.woff2', '.wasm', '.gz', '.tgz'])

/** Paths of all files that are ours, from the root, sorted. */
function listFiles(folder: string = ROOT): string[] {
  const found: string[] = []
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = join(folder, entry.name)
    const path = relative(ROOT, full).split(sep).join('/')
    if (FOREIGN.has(entry.name) || FOREIGN_PATHS.has(path)) continue
    if (entry.isDirectory()) found.push(...listFiles(full))
    else if (entry.isFile()) found.push(path)
  }
  return found.toSorted()
}

/** All text files: path and content. */
export function readTexts(): { readonly path: string; readonly text: string }[] {
  return listFiles()
    .filter((path) => !BINARY_EXTENSIONS.has(extname(path)))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
}

let parsed: readonly SourceFile[] | undefined

/** All TypeScript and JavaScript sources of the repository, tests and scripts included. */
export function readSources(): readonly SourceFile[] {
  parsed ??= readTexts()
    .filter(({ path }) => SOURCE_EXTENSIONS.has(extname(path)))
    .map(({ path, text }) => parseSource(path, text))
  return parsed
}

const SHIPPED: readonly string[] = listWorkspaces().map(({ name }) => `${name}/`)

/** Whether a file belongs to a published package; all else is tests, benches, examples, scripts. */
export function isShipped(path: string): boolean {
  return SHIPPED.some((prefix) => path.startsWith(prefix)) && !path.endsWith('/build.mjs')
}
