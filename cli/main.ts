#!/usr/bin/env node
// The `motewire` command: one sub-command a file under commands/. This file only gathers them and
// turns whatever they throw into one line and an exit code.

import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError } from 'commander'
import { EXIT, failureOf } from './exit.ts'

const EXAMPLES = `
Examples:
  motewire demo                                    everything at once: broker, fleet, console
  motewire sim sensors.yaml                        a fleet on the embedded broker
  motewire sim sensors.yaml --broker mqtt://127.0.0.1:1883 --duration 30s --report out.json
  motewire init plant                              a scenario, a device model and a bridge to edit
  motewire merge shard-*.json --report all.html    one report out of those of shards
  motewire bridge --serial /dev/ttyUSB0 --baud 115200 --tcp 127.0.0.1:1883
  motewire bridge plant.yaml --check               what is wrong with a file of many ports
  motewire serial monitor /dev/ttyUSB0 --hex       what a device says, and a line to it
  motewire broker --port 1883 --console-port 8080
  motewire sub -t 'sensors/#' -v
  motewire pub -t sensors/1/temp -m 21.5 -q 1

Exit codes: 0 fine, 1 failed at run time, 2 wrong usage or input, 3 a threshold was crossed.`

/**
 * In the order of the help. A command loads what it needs and no other does: half of what there is
 * to load belongs to commands that one does not run.
 */
const COMMANDS: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  init: async () => (await import('./commands/init.ts')).addInit,
  demo: async () => (await import('./commands/demo.ts')).addDemo,
  sim: async () => (await import('./commands/sim.ts')).addSim,
  merge: async () => (await import('./commands/merge.ts')).addMerge,
  bridge: async () => (await import('./commands/bridge.ts')).addBridge,
  serial: async () => (await import('./commands/serial.ts')).addSerial,
  broker: async () => (await import('./commands/broker.ts')).addBroker,
  console: async () => (await import('./commands/console.ts')).addConsole,
  pub: async () => (await import('./commands/pub.ts')).addPub,
  sub: async () => (await import('./commands/sub.ts')).addSub,
}

/** The command that the arguments name; all of them, for the help, when they name none. */
async function programFor([name = '']: readonly string[]): Promise<Command> {
  const command = new Command('motewire')
    .description(
      'MQTT for devices: simulate fleets, bridge serial ports, run a broker, look inside.',
    )
    .version(version(), '--version')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(motewire --help lists the commands and their options)')
  const named = Object.hasOwn(COMMANDS, name) ? [COMMANDS[name]!] : Object.values(COMMANDS)
  for (const load of named) (await load())(command)
  for (const sub of [command, ...command.commands]) {
    sub.exitOverride().configureOutput({ outputError: (text, write) => write(text) })
  }
  return command
}

function version(): string {
  const manifest = createRequire(import.meta.url)(manifestPath()) as { version: string }
  return manifest.version
}

/** Beside the sources in development, one folder up from the built file. */
function manifestPath(): string {
  return import.meta.url.endsWith('.ts') ? './package.json' : '../package.json'
}

export async function run(args: readonly string[]): Promise<number> {
  try {
    const program = await programFor(args)
    await program.parseAsync(args, { from: 'user' })
    return Number(process.exitCode ?? EXIT.fine)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage
    const { code, text } = failureOf(error)
    if (text !== '') process.stderr.write(`motewire: ${text}\n`)
    return code
  }
}

const entry = process.argv[1]
if (entry !== undefined && realpathSync(entry) === fileURLToPath(import.meta.url)) {
  // Output that nobody reads any more (`motewire sub | head -1`) is a reason to leave, not to fail.
  process.stdout.on('error', () => process.exit(EXIT.fine))
  void run(process.argv.slice(2)).then((code) => process.exit(code))
}
