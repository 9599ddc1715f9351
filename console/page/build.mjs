// Bundles the page into console/dist/page: one script, one style sheet, the document and its icon,
// the worker that runs scripts of visitors, and the licences of the packages that are in them.
// Run by `npm run build`, and by the server itself in the repository when a source is newer. Files
// are replaced whole, so that a server which reads them at the same time never sees half of one.

import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const SOURCES = fileURLToPath(new URL('.', import.meta.url))
const TARGET = fileURLToPath(new URL('../dist/page/', import.meta.url))

const { outputFiles, metafile } = await build({
  entryPoints: [
    { in: join(SOURCES, 'main.tsx'), out: 'page' },
    { in: join(SOURCES, 'style/page.css'), out: 'page' },
    { in: join(SOURCES, 'script-worker/worker.ts'), out: 'script-worker' },
  ],
  outdir: TARGET,
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['chrome123', 'firefox120', 'safari17.5'],
  charset: 'utf8',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
  tsconfig: join(SOURCES, 'tsconfig.json'),
  // The sources of our own packages, whether they have been built or not.
  conditions: ['dev'],
  write: false,
  metafile: true,
})

mkdirSync(TARGET, { recursive: true })
for (const name of ['index.html', 'icon.svg']) {
  replace(join(TARGET, name), (path) => copyFileSync(join(SOURCES, name), path))
}
replace(join(TARGET, 'licences.txt'), (path) => writeFileSync(path, licences()))
// The page's script comes last: its age stands for the age of all.
const isPage = ({ path }) => path.endsWith('page.js')
for (const { path, contents } of outputFiles.toSorted((a, b) => isPage(a) - isPage(b))) {
  replace(path, (temporary) => writeFileSync(temporary, contents))
  const sizes = `${size(contents)} (gzip ${size(gzipSync(contents))})`
  process.stdout.write(`${path.slice(TARGET.length)} ${sizes}\n`)
}

/** Each package's name, version and licence, which must go along with what is made of it. */
function licences() {
  const folders = Object.keys(metafile.inputs).map((input) => {
    return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]
  })
  const texts = [...new Set(folders)].filter(Boolean).map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return `${name} ${version}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8').trim()}\n`
  })
  return texts.toSorted().join('\n')
}

function replace(path, write) {
  const temporary = `${path}.${process.pid}`
  write(temporary)
  renameSync(temporary, path)
}

function size(contents) {
  return `${(contents.length / 1024).toFixed(1)} KiB`
}
