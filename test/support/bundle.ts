// A program of the tests as one file that starts at once: many starts through a loader would take
// minutes.

import { buildSync } from 'esbuild'

/** Bundled packages of the old kind ask for it. */
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)"

export function bundleProgram(source: string, outfile: string): void {
  buildSync({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['dev'],
    banner: { js: REQUIRE },
  })
}
