// The firmware library with Debian's compilers: the images in the repository are what the sources
// make, and the core stays as small as docs/firmware.md says.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  buildImages,
  compilerVersion,
  flashBytes,
  imageNames,
  IMAGES,
} from '../../scripts/firmware.mjs'
import type { Compiler } from '../../scripts/firmware.mjs'
import { requireComponent } from '../support/component.ts'

/** 1.1 KiB. */
const CORE_BYTES_MAX = 1_126

/** Other versions than that of Debian 12 make other images, which is no mistake. */
const ARM_VERSION = '12.2.1'

function expectSameImages(compiler: Compiler): void {
  const folder = mkdtempSync(join(tmpdir(), 'motewire-images-'))
  try {
    buildImages(compiler, folder)
    for (const name of imageNames(compiler)) {
      const built = readFileSync(join(folder, name), 'latin1')
      expect(built, `${name}: run npm run firmware`).toBe(
        readFileSync(join(IMAGES, name), 'latin1'),
      )
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function hasArmCompiler(): boolean {
  if (!requireComponent('gcc-arm-none-eabi')) return false
  const version = compilerVersion('gcc-arm-none-eabi')
  if (version !== ARM_VERSION) console.warn(`skipped: gcc ${version}, images are of ${ARM_VERSION}`)
  return version === ARM_VERSION
}

// hasArmCompiler says why not.
describe.runIf(hasArmCompiler())('the firmware library for ARM', () => {
  it('makes the very images that are in the repository', () => {
    expectSameImages('gcc-arm-none-eabi')
  })
})

describe.runIf(requireComponent('gcc-avr'))('the firmware library', () => {
  it('makes the very images that are in the repository', () => {
    expectSameImages('gcc-avr')
  })

  it('keeps its core within 1.1 KiB of flash, and says how much it is', () => {
    const bytes = flashBytes('mw_mqtt.c')
    expect(bytes).toBeGreaterThan(800)
    expect(bytes).toBeLessThanOrEqual(CORE_BYTES_MAX)
    const page = readFileSync(join(IMAGES, '../../../docs/firmware.md'), 'utf8')
    expect(page).toContain(`${bytes.toLocaleString('en')} bytes of AVR flash`)
  })
})
