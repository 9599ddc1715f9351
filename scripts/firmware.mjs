// `npm run firmware`: builds the images that tests, the demo and the benchmarks run, from the
// library in hardware/firmware, with Debian's AVR compiler. The images are kept in the repository,
// so that nobody needs the compiler to run them; a test builds them anew and compares.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { locateComponent } from './components.mjs'

const FIRMWARE = fileURLToPath(new URL('../hardware/firmware', import.meta.url))
export const IMAGES = join(FIRMWARE, 'images')

/** And how many times a second they are woken: a sensor sleeps most of the time. */
const TICK_HZ = { sensor: 10, echo: 100 }
const PROGRAMS = Object.keys(TICK_HZ)
const FRAMINGS = ['raw', 'slip', 'cobs']

const FLAGS = [
  '-std=c99 -Wall -Wextra -Werror -Os -mmcu=atmega328p -DF_CPU=16000000UL',
  '-mrelax -ffunction-sections -fdata-sections -Wl,--gc-sections',
  '-Isrc -Iports/atmega328p -Iprograms',
].flatMap((flags) => flags.split(' '))

/** The images' file names. */
export const IMAGE_NAMES = PROGRAMS.flatMap((program) =>
  FRAMINGS.map((framing) => `${program}-${framing}.hex`),
)

/** Builds all images into a folder. Throws when the compiler is missing or finds a mistake. */
export function buildImages(folder) {
  mkdirSync(folder, { recursive: true })
  for (const program of PROGRAMS) {
    for (const framing of FRAMINGS) {
      const elf = join(folder, `${program}-${framing}.elf`)
      link(program, framing, elf)
      tool('avr-objcopy', ['-O', 'ihex', '-R', '.eeprom', elf, elf.replace(/elf$/, 'hex')])
      rmSync(elf)
    }
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
      tool('avr-gcc', [...flags, ...language, '-c', source, '-o', object])
      return object
    }
    const cores = sourcesIn(parts[0]).map((file) => join(parts[0], file))
    const library = sourcesIn(join(FIRMWARE, 'src')).map((file) => `src/${file}`)
    const objects = [...cores, ...library].map(compile)
    const sketch = join(folder, 'sketch.o')
    const ino = ['-x', 'c++', '-include', 'Arduino.h', `examples/${name}/${name}.ino`]
    tool('avr-gcc', [...flags, ...CPP_FLAGS, '-Wall', '-Werror', '-c', ...ino, '-o', sketch])
    const elf = join(folder, 'sketch.elf')
    tool('avr-gcc', [...flags, '-Wl,--gc-sections', sketch, ...objects, '-o', elf])
    tool('avr-objcopy', ['-O', 'ihex', '-R', '.eeprom', elf, hex])
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
    link('echo', 'raw', elf)
    tool('avr-gcc', [...FLAGS, '-c', `src/${source}`, '-o', object])
    const own = new Set(symbols(tool('avr-nm', ['-S', object])).map(({ name }) => name))
    // With -l, each symbol has the file that it comes from; what has none, as the compiler's own
    // routines, gets that of its neighbour, but has another name.
    return symbols(tool('avr-nm', ['-S', '-l', elf]))
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

function link(program, framing, elf) {
  const library = readdirSync(join(FIRMWARE, 'src'))
    .filter((file) => file.endsWith('.c'))
    .toSorted()
    .map((file) => `src/${file}`)
  const own = [`programs/${program}.c`, 'programs/line.c', 'programs/text.c']
  const sources = [...own, 'ports/atmega328p/board.c', ...library]
  const defines = [`-DFRAMING=${framing.toUpperCase()}`, `-DTICK_HZ=${TICK_HZ[program]}`]
  // Debugging lines are not part of the image, but name the file of each function.
  tool('avr-gcc', [...FLAGS, '-g', ...defines, ...sources, '-o', elf])
}

function tool(name, args) {
  const compiler = locateComponent('gcc-avr') ?? 'avr-gcc'
  const program = compiler.replace(/avr-gcc$/, name)
  const stdio = ['ignore', 'pipe', 'pipe']
  return execFileSync(program, args, { cwd: FIRMWARE, encoding: 'utf8', stdio })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  buildImages(IMAGES)
  for (const name of IMAGE_NAMES) {
    const records = readFileSync(join(IMAGES, name), 'utf8').trim().split('\n').length
    console.log(`${name}: ${records} records`)
  }
  console.log(`mw_mqtt.c: ${flashBytes('mw_mqtt.c')} bytes of flash`)
}
