// What is published works where nothing of this repository is: the tarballs are packed, looked at
// by publint and attw, installed in an empty folder, imported, type checked and run. It needs the
// build, and npm's registry or cache for the third-party packages.

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listWorkspaces } from '../../scripts/workspaces.mjs'
import type { Workspace } from '../../scripts/workspaces.mjs'
import { ROOT } from '../support/source-tree.ts'

const WORKSPACES: readonly Workspace[] = listWorkspaces()
const BIN = join(ROOT, 'node_modules', '.bin')

let folder = ''
let tarballs = ''
let project = ''

/** Runs a program and answers its output; a failure shows all that it said. */
function expectRun(cwd: string, file: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd, encoding: 'utf8' })
  const complaint = status === 0 ? '' : (error?.message ?? stdout + stderr)
  expect(complaint, `${file} ${args.join(' ')}`).toBe('')
  return stdout
}

function tarballOf({ manifest }: Workspace): string {
  const name = manifest.name.replace('@', '').replace('/', '-')
  return join(tarballs, `${name}-${manifest.version}.tgz`)
}

/** Everything that a user can import: `@motewire/sdk`, `@motewire/sdk/kit`, ... */
const SPECIFIERS: readonly string[] = WORKSPACES.flatMap(({ manifest }) =>
  Object.keys(manifest.exports ?? {})
    .filter((path) => path !== './package.json')
    .map((path) => manifest.name + path.slice(1)),
)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'motewire-package-'))
  tarballs = join(folder, 'tarballs')
  project = join(folder, 'project')
  mkdirSync(project, { recursive: true })
  expectRun(ROOT, process.execPath, join('scripts', 'pack.mjs'), tarballs)
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n')
  const files = WORKSPACES.map(tarballOf)
  expectRun(project, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', ...files)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(WORKSPACES.map((workspace) => [workspace.manifest.name, workspace] as const))(
  'the tarball of %s',
  (name, workspace) => {
    it('holds what was built, the manifest and the licence, and nothing else', () => {
      const paths = expectRun(ROOT, 'tar', '-tzf', tarballOf(workspace)).trim().split('\n')
      const strange = paths.filter((path) => !isPublishable(path.replace(/^package\//, '')))
      expect(strange).toEqual([])
      expect(paths).toContain('package/LICENSE')
    })

    it('names no sources in its manifest', () => {
      const manifest = readFileSync(join(project, 'node_modules', name, 'package.json'), 'utf8')
      expect(manifest).not.toMatch(/"dev"|devDependencies|\.ts"(?<!\.d\.ts")/)
    })

    it('satisfies publint', () => {
      expectRun(ROOT, join(BIN, 'publint'), tarballOf(workspace), '--strict')
    })
  },
)

// A package that is only a command has no types to get wrong.
describe.each(WORKSPACES.filter(({ manifest }) => manifest.exports !== undefined))(
  'the types of $manifest.name',
  (workspace) => {
    it('resolve wherever ESM does (attw)', () => {
      expectRun(ROOT, join(BIN, 'attw'), tarballOf(workspace), '--profile', 'esm-only')
    })
  },
)

const PUBLISHED = /\.(js|d\.ts|json|ya?ml|hex|uf2|wasm|html|css|svg|map)$/

function isPublishable(path: string): boolean {
  if (['package.json', 'LICENSE', 'README.md'].includes(path)) return true
  if (/\.(test|spec|bench)\./.test(path)) return false
  // What the licences of bundled packages ask for.
  if (path === 'dist/page/licences.txt') return true
  return path.startsWith('dist/') && PUBLISHED.test(path)
}

describe('installed in an empty folder', () => {
  it.each(SPECIFIERS)('%s can be imported', (specifier) => {
    const code = `console.log(Object.keys(await import('${specifier}')).length)`
    const count = expectRun(project, process.execPath, '--input-type=module', '--eval', code)
    expect(Number(count)).toBeGreaterThan(0)
  })

  it('every entry type checks for a user with strict settings', () => {
    const imports = SPECIFIERS.map((name, index) => `export * as entry${index} from '${name}'`)
    writeFileSync(join(project, 'entries.ts'), `${imports.join('\n')}\n`)
    const compilerOptions = {
      strict: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2023',
      lib: ['es2023', 'esnext.disposable'],
      exactOptionalPropertyTypes: true,
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules', '@types')],
    }
    const settings = { compilerOptions, files: ['entries.ts'] }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(settings))
    const tsc = spawnSync(join(BIN, 'tsc'), ['-p', project], { encoding: 'utf8', cwd: project })
    // Other people's declarations are not ours to mend.
    const ours = tsc.stdout.split('\n').filter((line) => /^(entries|.*motewire\/)/.test(line))
    expect(tsc.error).toBeUndefined()
    expect(ours).toEqual([])
  })

  it('the command says how it is used', () => {
    const help = expectRun(project, 'npx', '--no-install', 'motewire', '--help')
    expect(help).toMatch(/usage/i)
  })

  it('brings one copy of each of our packages', () => {
    const nested = WORKSPACES.flatMap(({ manifest }) => {
      const modules = join(project, 'node_modules', manifest.name, 'node_modules')
      return listFolders(join(modules, '@motewire'))
    })
    expect(nested).toEqual([])
  })
})

function listFolders(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
