// The firmware library with Debian's AVR compiler: the images in the repository are what the
// sources make, and the core stays as small as docs/firmware.md says.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { buildImages, flashBytes, IMAGE_NAMES, IMAGES } from '../../scripts/firmware.mjs'
import { requireComponent } from '../support/component.ts'

/** 1.1 KiB. */
const CORE_BYTES_MAX = 1_126

describe.runIf(requireComponent('gcc-avr'))('the firmware library', () => {
  it('makes the very images that are in the repository', () => {
    const folder = mkdtempSync(join(tmpdir(), 'motewire-images-'))
    try {
      buildImages(folder)
      for (const name of IMAGE_NAMES) {
        const built = readFileSync(join(folder, name), 'utf8')
        expect(built, `${name}: run npm run firmware`).toBe(
          readFileSync(join(IMAGES, name), 'utf8'),
        )
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('keeps its core within 1.1 KiB of flash, and says how much it is', () => {
    const bytes = flashBytes('mw_mqtt.c')
    expect(bytes).toBeGreaterThan(800)
    expect(bytes).toBeLessThanOrEqual(CORE_BYTES_MAX)
    const page = readFileSync(join(IMAGES, '../../../docs/firmware.md'), 'utf8')
    expect(page).toContain(`${bytes.toLocaleString('en')} bytes of AVR flash`)
  })
})
