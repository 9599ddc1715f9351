// `npm run build`: makes what is published. Each package is compiled to its dist folder, which
// mirrors the package's own rooms (sdk/kit/prng.ts becomes sdk/dist/kit/prng.js and prng.d.ts).
// Packages are compiled in the order of their dependencies and see each other as a user would, by
// the declarations in dist; only development resolves to the sources (the `dev` condition).

import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { dirname, extname, join, relative } from 'node:path'
import { ROOT } from './install.mjs'
import { listWorkspaces } from './workspaces.mjs'

/** Files that code loads at run time; they keep their place beside it. */
const ASSETS = new Set(['.json', '.yaml', '.yml', '.hex', '.uf2', '.wasm', '.html', '.css', '.svg'])
/** Folders of a package that are not compiled: the console's page is bundled by its own script. */
const ASIDE = ['dist', 'node_modules', 'page']

for (const workspace of listWorkspaces()) {
  const began = performance.now()
  fs.rmSync(join(workspace.folder, 'dist'), { recursive: true, force: true })
  compile(workspace)
  copyAssets(workspace.folder)
  const page = join(workspace.folder, 'page', 'build.mjs')
  if (fs.existsSync(page)) run([page])
  for (const program of Object.values(workspace.manifest.bin ?? {})) {
    makeExecutable(join(workspace.folder, program))
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(`built ${workspace.manifest.name} in ${seconds} s`)
}

/** The settings differ from the shared ones in paths only, so they are made here, not kept. */
function compile({ name, folder }) {
  const settings = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      customConditions: [],
      rootDir: folder,
      outDir: join(folder, 'dist'),
      typeRoots: [join(ROOT, 'node_modules', '@types')],
    },
    include: [folder],
    exclude: ASIDE.map((aside) => join(folder, aside)),
  }
  const file = join(ROOT, 'node_modules', '.cache', 'motewire', `tsconfig.${name}.json`)
  fs.mkdirSync(dirname(file), { recursive: true })
  fs.writeFileSync(file, JSON.stringify(settings, null, 2))
  run([join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', file])
}

function copyAssets(folder) {
  const isManifest = (path) => /^(package|tsconfig.*)\.json$/.test(path)
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = relative(folder, join(entry.parentPath, entry.name))
    const isAside = ASIDE.includes(path.split(/[/\\]/, 1)[0])
    if (!entry.isFile() || isAside || isManifest(path) || !ASSETS.has(extname(path))) continue
    const target = join(folder, 'dist', path)
    fs.mkdirSync(dirname(target), { recursive: true })
    fs.copyFileSync(join(folder, path), target)
  }
}

function makeExecutable(program) {
  const source = fs.readFileSync(program, 'utf8')
  const hashbang = '#!/usr/bin/env node\n'
  if (!source.startsWith('#!')) fs.writeFileSync(program, hashbang + source)
  fs.chmodSync(program, 0o755)
}

function run(args) {
  const child = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' })
  if (child.status !== 0) process.exit(1)
}
