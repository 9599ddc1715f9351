// `npm run pack -- FOLDER`: makes the tarballs that are published, one a package, from what the
// build made. The published manifest differs from ours: without the `dev` condition, whose sources
// are not published, and without what only development needs. The licence goes into each.

import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { npm, ROOT } from './install.mjs'
import { listWorkspaces } from './workspaces.mjs'

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: npm run pack -- FOLDER')
  process.exit(2)
}
const destination = resolve(folder)
fs.mkdirSync(destination, { recursive: true })
for (const workspace of listWorkspaces()) pack(workspace)

function pack(workspace) {
  if (!fs.existsSync(join(workspace.folder, 'dist'))) {
    console.error(`${workspace.name} is not built: run \`npm run build\` first`)
    process.exit(1)
  }
  const stage = fs.mkdtempSync(join(tmpdir(), 'motewire-pack-'))
  try {
    const manifest = JSON.stringify(publishedManifest(workspace.manifest), null, 2)
    fs.writeFileSync(join(stage, 'package.json'), `${manifest}\n`)
    fs.cpSync(join(workspace.folder, 'dist'), join(stage, 'dist'), { recursive: true })
    fs.copyFileSync(join(ROOT, 'LICENSE'), join(stage, 'LICENSE'))
    const readme = join(workspace.folder, 'README.md')
    if (fs.existsSync(readme)) fs.copyFileSync(readme, join(stage, 'README.md'))
    const packed = npm(['pack', '--silent', stage, '--pack-destination', destination])
    if (packed.status !== 0) process.exit(1)
  } finally {
    fs.rmSync(stage, { recursive: true, force: true })
  }
}

function publishedManifest(manifest) {
  const published = structuredClone(manifest)
  delete published.devDependencies
  delete published.scripts
  for (const target of Object.values(published.exports ?? {})) delete target.dev
  return published
}
