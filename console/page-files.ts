// The page's files, read into memory once at the start. A published package has them ready in dist;
// in the repository they are bundled here when they are missing or older than their sources, so
// that nobody has to think of a build step. It knows no HTTP beyond types and tags.

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ConsoleError } from './errors.ts'

export interface PageFile {
  readonly bytes: Buffer
  readonly type: string
  readonly etag: string
  /** Under which policy the browser runs it. */
  readonly policy: 'page' | 'script-worker'
}

const SCRIPT = 'text/javascript; charset=utf-8'
const SCRIPT_WORKER = '/script-worker.js'

/** Path of the request, name of the file, type. */
const FILES = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/page.js', 'page.js', SCRIPT],
  [SCRIPT_WORKER, 'script-worker.js', SCRIPT],
  ['/page.css', 'page.css', 'text/css; charset=utf-8'],
  ['/icon.svg', 'icon.svg', 'image/svg+xml'],
  ['/favicon.ico', 'icon.svg', 'image/svg+xml'],
] as const

const HERE = fileURLToPath(new URL('.', import.meta.url))
const SOURCES = join(HERE, 'page')
const BUILD = join(SOURCES, 'build.mjs')

/**
 * The page's files by the path of their request.
 * @throws ConsoleError `ERR_CONSOLE_PAGE_MISSING` when they are not there and cannot be made.
 */
export async function loadPage(): Promise<ReadonlyMap<string, PageFile>> {
  const isRepository = existsSync(BUILD)
  const folder = isRepository ? join(HERE, 'dist', 'page') : SOURCES
  if (isRepository && isStale(folder)) await build(folder)
  try {
    return new Map(
      FILES.map(([path, name, type]) => {
        const policy = path === SCRIPT_WORKER ? 'script-worker' : 'page'
        return [path, { ...readPageFile(join(folder, name)), type, policy }]
      }),
    )
  } catch (error) {
    throw new ConsoleError('ERR_CONSOLE_PAGE_MISSING', 'console page is not built', {
      cause: error,
    })
  }
}

function readPageFile(path: string): Pick<PageFile, 'bytes' | 'etag'> {
  const bytes = readFileSync(path)
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
  return { bytes, etag: `"${hash}"` }
}

/** Whether a source was changed after the page was made of it. */
function isStale(folder: string): boolean {
  const made = modifiedAt(join(folder, 'page.js'))
  const sources = readdirSync(SOURCES, { recursive: true, withFileTypes: true })
  return sources
    .filter((entry) => entry.isFile())
    .some((entry) => modifiedAt(join(entry.parentPath, entry.name)) > made)
}

function modifiedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/** A page that is merely old is better than none where the bundler is not installed. */
async function build(folder: string): Promise<void> {
  try {
    createRequire(BUILD).resolve('esbuild')
  } catch (error) {
    if (existsSync(join(folder, 'page.js'))) return
    const message = 'console page is not built and esbuild is not installed'
    throw new ConsoleError('ERR_CONSOLE_PAGE_MISSING', message, { cause: error })
  }
  try {
    await promisify(execFile)(process.execPath, [BUILD])
  } catch (error) {
    const { stderr = '' } = error as { readonly stderr?: string }
    const reason = stderr.split('\n').find((line) => line.includes('ERROR')) ?? 'no reason given'
    const message = `console page could not be built: ${reason.trim()}`
    throw new ConsoleError('ERR_CONSOLE_PAGE_MISSING', message, { cause: error })
  }
}
