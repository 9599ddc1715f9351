// The programs outside npm that some tests need: where to find them and how to get them. Shared by
// `npm test`, which installs them, and by the tests, which skip or fail without them.
// It does not know which tests need which.

import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/**
 * Name, the program looked for (any of them will do), further files it is nothing without, and the
 * Debian packages that bring it. An optional one enlarges what is tested; nothing fails without it.
 */
export const COMPONENTS = [
  { name: 'mosquitto', executables: ['mosquitto'], debian: 'mosquitto' },
  { name: 'mosquitto-clients', executables: ['mosquitto_pub'], debian: 'mosquitto-clients' },
  { name: 'socat', executables: ['socat'], debian: 'socat' },
  { name: 'ser2net', executables: ['ser2net'], debian: 'ser2net' },
  // The compiler for the firmware library; avr-libc has its headers.
  { name: 'gcc-avr', executables: ['avr-gcc'], debian: 'gcc-avr avr-libc' },
  // Sources that sketches are compiled with; a folder, which counts when it can be entered.
  {
    name: 'arduino-core-avr',
    executables: ['/usr/share/arduino/hardware/arduino/avr'],
    debian: 'arduino-core-avr',
  },
  {
    name: 'chromium',
    executables: ['chromium', 'chromium-browser', 'google-chrome'],
    debian: 'chromium',
  },
  // Emulates the boards whose images the ARM compiler makes.
  {
    name: 'qemu-system-arm',
    executables: ['qemu-system-arm'],
    debian: 'qemu-system-arm',
    isOptional: true,
  },
  // Emulates AVRs; a program of ours is linked to it.
  {
    name: 'simavr',
    executables: ['cc'],
    files: ['/usr/include/simavr/parts/uart_pty.h'],
    debian: 'gcc libc6-dev libsimavr-dev',
    isOptional: true,
  },
  {
    name: 'gcc-arm-none-eabi',
    executables: ['arm-none-eabi-gcc'],
    debian: 'gcc-arm-none-eabi',
    isOptional: true,
  },
  {
    name: 'activemq',
    executables: ['java'],
    // Without the second one the port opens and every MQTT client hangs.
    files: ['/usr/share/activemq/lib/activemq-mqtt.jar', '/usr/share/java/mqtt-client.jar'],
    debian: 'activemq libmqtt-client-java',
    isOptional: true,
  },
  {
    name: 'rabbitmq',
    executables: ['rabbitmq-server'],
    debian: 'rabbitmq-server',
    isOptional: true,
  },
  { name: 'nats', executables: ['nats-server'], debian: 'nats-server', isOptional: true },
]

/** Daemons stand where the PATH of an ordinary user does not look. */
const EXTRA_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/opt/homebrew/sbin']

/** The variable that turns a component off (`0`), to see what the tests do without it. */
export function switchOf(name) {
  return `MOTEWIRE_HAVE_${name.toUpperCase().replaceAll('-', '_')}`
}

/** The full path of a component's program, or undefined when it is missing or turned off. */
export function locateComponent(name) {
  const component = COMPONENTS.find((one) => one.name === name)
  if (component === undefined) throw new Error(`no component is called ${name}`)
  return isTurnedOff(name) ? undefined : findComponent(component)
}

/** Whether the component's variable says that it is to be missing. */
export function isTurnedOff(name) {
  return process.env[switchOf(name)] === '0'
}

/** The full path of a component's program, also when it is turned off. */
export function findComponent({ executables, files = [] }) {
  if (!files.every((file) => existsSync(file))) return undefined
  return executables.map(locateExecutable).find((path) => path !== undefined)
}

/** The command that brings the components on Debian. */
export function installCommand(names) {
  const packages = COMPONENTS.filter((one) => names.includes(one.name)).map((one) => one.debian)
  return `apt-get install --no-install-recommends ${packages.join(' ')}`
}

/** The full path of a program on the PATH or with a path of its own, or undefined. */
export function locateExecutable(file) {
  if (isAbsolute(file)) return isExecutable(file) ? file : undefined
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...EXTRA_FOLDERS]
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, file))
    .find(isExecutable)
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return existsSync(path)
  } catch {
    return false
  }
}
