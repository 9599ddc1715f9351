// `motewire init NAME`: a folder with a scenario, a device model and a bridge to edit. Never writes
// over anything: a folder that is there already is refused as a whole.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { Exit, EXIT } from '../exit.ts'
import { initFiles } from '../init-files.ts'

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

export function addInit(program: Command): void {
  program
    .command('init')
    .description('make a folder with a scenario, a device model and a bridge to edit')
    .argument('<name>', 'the folder to make: letters, digits, - and _')
    .action(runInit)
}

function runInit(name: string): void {
  if (!NAME.test(name)) {
    const expected = 'expected letters, digits, - and _, at most 64, no path'
    throw new Exit(EXIT.usage, `name ${JSON.stringify(name)}: ${expected}`)
  }
  try {
    mkdirSync(name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new Exit(EXIT.usage, `${name} is there already and was not touched, take another name`)
  }
  for (const { path, text } of initFiles(name)) {
    // `wx` refuses to overwrite, whoever was faster.
    writeFileSync(join(name, path), text, { flag: 'wx' })
    process.stdout.write(`${join(name, path)}\n`)
  }
  process.stdout.write(`\nNext: ${nextOf(name)} --duration 30s\n`)
}

/** In a clone of the sources npm runs us as a script, and there the command has no other name. */
function nextOf(name: string): string {
  if (process.env['npm_lifecycle_event'] === 'motewire') {
    return `npm run motewire -- sim ${name}/fleet.yaml`
  }
  return `cd ${name} && npx motewire sim fleet.yaml`
}
