// `npm run firmware`: builds the images that tests, the demo and the benchmarks run, from the
// library in hardware/firmware, with Debian's compilers for AVR and for ARM. The images are kept in
// the repository, so that nobody needs a compiler to run them; a test builds them anew and
// compares.

import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installCommand, locateComponent } from './components.mjs'
import { UF2_START, uf2Of } from './uf2.mjs'

const FIRMWARE = fileURLToPath(new URL('../hardware/firmware', import.meta.url))
export const IMAGES = join(FIRMWARE, 'images')

/** How many times a second they are woken: a sensor sleeps most of the time. */
const TICK_HZ = { sensor: 10, echo: 100 }
const FRAMINGS = ['raw', 'slip', 'cobs']

const C99 = '-std=c99 -Wall -Wextra -Werror -Os -ffunction-sections -fdata-sections'
const AVR_FLAGS = words(
  `${C99} -mmcu=atmega328p -DF_CPU=16000000UL -mrelax -Wl,--gc-sections`,
  '-Isrc -Iports -Iprograms',
)
// Without the C library; the images need four functions of it, which ports/cortex-m has.
const ARM_FLAGS = words(
  `${C99} -mthumb -ffreestanding -nostdlib -fno-tree-loop-distribute-patterns`,
  '-T ports/cortex-m/cortex-m.ld -Wl,--gc-sections,--no-warn-rwx-segments',
  '-Isrc -Iports -Iports/cortex-m -Iprograms',
)

/** Where memory begins and how much of it there is; flash with the board's own page at its end. */
const ARM_CHIPS = {
  lm3s6965: { cpu: 'cortex-m3', flash: 0x0, flashKib: 256, ramKib: 64 },
  'mps2-an385': { cpu: 'cortex-m3', flash: 0x0, flashKib: 256, ramKib: 64 },
  stm32f205: { cpu: 'cortex-m3', flash: 0x0800_0000, flashKib: 256, ramKib: 64 },
  nrf51: { cpu: 'cortex-m0', flash: 0x0, flashKib: 256, ramKib: 16 },
  rp2040: { cpu: 'cortex-m0plus', flash: UF2_START, flashKib: 2_048, ramKib: 264, bootBytes: 256 },
}
const RAM_START = 0x2000_0000

/** Per compiler: an image's name is its program and framing, and behind them its chip, if ARM. */
const IMAGES_OF = {
  'gcc-avr': Object.keys(TICK_HZ).flatMap((program) =>
    FRAMINGS.map((framing) => ({ program, framing, name: `${program}-${framing}` })),
  ),
  'gcc-arm-none-eabi': [
    ...Object.keys(ARM_CHIPS).map((chip) => armImage('echo', chip)),
    armImage('sensor', 'rp2040'),
  ],
}

function armImage(program, chip) {
  return { program, framing: 'raw', chip, name: `${program}-raw-${chip}` }
}

/** The file names of the images that a compiler makes, `gcc-avr` or `gcc-arm-none-eabi`. */
export function imageNames(compiler) {
  return IMAGES_OF[compiler].map(fileOf)
}

/** A chip with a boot sector takes images as people copy them to its USB drive. */
function fileOf({ name, chip }) {
  return `${name}.${ARM_CHIPS[chip]?.bootBytes === undefined ? 'hex' : 'uf2'}`
}

/** The version of the compiler that is there: others of the same kind make other images. */
export function compilerVersion(compiler) {
  return tool(compiler, 'gcc', ['-dumpfullversion', '-dumpversion']).trim()
}

/** Builds a compiler's images into a folder. Throws when it is missing or finds a mistake. */
export function buildImages(compiler, folder) {
  mkdirSync(folder, { recursive: true })
  for (const image of IMAGES_OF[compiler]) {
    const elf = join(folder, `${image.name}.elf`)
    const file = join(folder, fileOf(image))
    if (image.chip === undefined) linkAvr(image, elf)
    else linkArm(image, elf)
    if (file.endsWith('.uf2')) writeUf2(compiler, elf, file)
    else tool(compiler, 'objcopy', ['-O', 'ihex', '-R', '.eeprom', elf, file])
    rmSync(elf)
  }
}

/** Builds a sketch of the examples with Arduino's core for the Uno. */
export function buildSketch(name, hex) {
  const core = locateComponent('arduino-core-avr') ?? ''
  const folder = mkdtempSync(join(tmpdir(), 'motewire-sketch-'))
  const parts = ['cores/arduino', 'variants/standard'].map((part) => join(core, part))
  const flags = [...ARDUINO_FLAGS, ...parts.map((part) => `-I${part}`), '-Isrc']
  try {
    const compile = (source, index) => {
      const object = join(folder, `${index}.o`)
      const language = source.endsWith('.c') ? C_FLAGS : CPP_FLAGS
      tool('gcc-avr', 'gcc', [...flags, ...language, '-c', source, '-o', object])
      return object
    }
    const cores = sourcesIn(parts[0]).map((file) => join(parts[0], file))
    const library = sourcesIn(join(FIRMWARE, 'src')).map((file) => `src/${file}`)
    const objects = [...cores, ...library].map(compile)
    const sketch = join(folder, 'sketch.o')
    const ino = ['-x', 'c++', '-include', 'Arduino.h', `examples/${name}/${name}.ino`]
    tool('gcc-avr', 'gcc', [...flags, ...CPP_FLAGS, '-Wall', '-Werror', '-c', ...ino, '-o', sketch])
    const elf = join(folder, 'sketch.elf')
    tool('gcc-avr', 'gcc', [...flags, '-Wl,--gc-sections', sketch, ...objects, '-o', elf])
    tool('gcc-avr', 'objcopy', ['-O', 'ihex', '-R', '.eeprom', elf, hex])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

// Debian's C library lacks DECIMAL_DIG, which the core's strings want.
const ARDUINO_FLAGS = (
  '-Os -mmcu=atmega328p -DF_CPU=16000000L -DARDUINO=10819 -DARDUINO_AVR_UNO -DARDUINO_ARCH_AVR ' +
  '-DDECIMAL_DIG=17 -ffunction-sections -fdata-sections'
).split(' ')
const C_FLAGS = ['-std=gnu11', '-w']
const CPP_FLAGS = ['-std=gnu++11', '-fno-exceptions', '-fno-threadsafe-statics', '-fpermissive']

function sourcesIn(folder) {
  return readdirSync(folder)
    .filter((file) => /\.(c|cpp)$/.test(file) && !/USB|CDC|Tone/.test(file))
    .toSorted()
}

/** Bytes of flash that the functions of one file of the library take in the raw echo program. */
export function flashBytes(source) {
  const folder = mkdtempSync(join(tmpdir(), 'motewire-firmware-'))
  try {
    const elf = join(folder, 'echo.elf')
    const object = join(folder, 'one.o')
    linkAvr({ program: 'echo', framing: 'raw' }, elf)
    tool('gcc-avr', 'gcc', [...AVR_FLAGS, '-c', `src/${source}`, '-o', object])
    const own = new Set(symbols(tool('gcc-avr', 'nm', ['-S', object])).map(({ name }) => name))
    // With -l, each symbol has the file that it comes from; what has none, as the compiler's own
    // routines, gets that of its neighbour, but has another name.
    return symbols(tool('gcc-avr', 'nm', ['-S', '-l', elf]))
      .filter(({ name, file }) => own.has(name) && file.endsWith(`/${source}`))
      .reduce((sum, { bytes }) => sum + bytes, 0)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The functions in the output of avr-nm: address, size, `t` or `T`, name, with -l file:line. */
function symbols(text) {
  return [...text.matchAll(/^\w+ (\w+) [tT] (\S+)(?:\t(.*):\d+)?$/gm)].map((match) => {
    return { name: match[2], bytes: Number.parseInt(match[1], 16), file: match[3] ?? '' }
  })
}

function linkAvr(image, elf) {
  const sources = [...sourcesOf(image), 'ports/atmega328p/board.c']
  // Debugging lines are not part of the image, but name the file of each function.
  tool('gcc-avr', 'gcc', [...AVR_FLAGS, '-g', ...sources, '-o', elf])
}

function linkArm(image, elf) {
  const { cpu, flash, flashKib, ramKib, bootBytes = 0 } = ARM_CHIPS[image.chip]
  const memory = {
    FLASH_START: flash,
    FLASH_BYTES: flashKib * 1_024,
    BOOT_BYTES: bootBytes,
    RAM_START,
    RAM_BYTES: ramKib * 1_024,
  }
  const defined = Object.entries(memory).map(([name, value]) => `-Wl,--defsym=${name}=${value}`)
  const shared = ['board', 'start', 'string'].map((name) => `ports/cortex-m/${name}.c`)
  const port = `ports/cortex-m/${image.chip}`
  const own = sourcesIn(join(FIRMWARE, port)).map((file) => `${port}/${file}`)
  const flags = [...ARM_FLAGS, `-mcpu=${cpu}`, `-I${port}`, ...defined]
  const sources = [...sourcesOf(image), ...shared, ...own, '-lgcc']
  tool('gcc-arm-none-eabi', 'gcc', [...flags, ...sources, '-o', elf])
}

function writeUf2(compiler, elf, file) {
  const binary = elf.replace(/elf$/, 'bin')
  tool(compiler, 'objcopy', ['-O', 'binary', elf, binary])
  writeFileSync(file, uf2Of(readFileSync(binary)))
  rmSync(binary)
}

/** Defines and sources that an image has on every chip. */
function sourcesOf({ program, framing }) {
  const library = readdirSync(join(FIRMWARE, 'src'))
    .filter((file) => file.endsWith('.c'))
    .toSorted()
    .map((file) => `src/${file}`)
  const defines = [`-DFRAMING=${framing.toUpperCase()}`, `-DTICK_HZ=${TICK_HZ[program]}`]
  const own = [program, 'line', 'text'].map((name) => `programs/${name}.c`)
  return [...defines, ...own, 'ports/name.c', ...library]
}

/** Runs a program of a compiler's family: `gcc`, `objcopy`, `nm`. */
function tool(compiler, name, args) {
  const prefix = compiler.replace(/^gcc-/, '')
  const gcc = locateComponent(compiler) ?? `${prefix}-gcc`
  const stdio = ['ignore', 'pipe', 'pipe']
  return execFileSync(gcc.replace(/gcc$/, name), args, { cwd: FIRMWARE, encoding: 'utf8', stdio })
}

function words(...lines) {
  return lines.flatMap((line) => line.split(' '))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const compiler of Object.keys(IMAGES_OF)) {
    if (locateComponent(compiler) === undefined) {
      console.log(`${compiler} is missing, its images stay: ${installCommand([compiler])}`)
      continue
    }
    buildImages(compiler, IMAGES)
    for (const name of imageNames(compiler)) {
      console.log(`${name}: ${statSync(join(IMAGES, name)).size} bytes`)
    }
  }
  console.log(`mw_mqtt.c: ${flashBytes('mw_mqtt.c')} bytes of flash`)
}
