// Lending a port: the side of the bridge, and that of who runs a program with the port.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { borrowPort, LendingDesk, lendingFolder } from '@motewire/hardware'
import type { LendablePort } from '@motewire/hardware'
import { Exit, EXIT, failureOf } from './exit.ts'

/** Without a desk, a bridge does its work all the same: why there is none is told. */
export async function openLendingDesk(
  ports: () => readonly LendablePort[],
): Promise<LendingDesk | undefined> {
  const desk = new LendingDesk(lendingFolder(process.env), ports)
  try {
    await desk.open()
    return desk
  } catch (error) {
    process.stderr.write(`${failureOf(error).text}\n`)
    return undefined
  }
}

/** Runs the command with the port; ends with its exit code. */
export async function lendPort(
  port: string,
  command: readonly string[],
  { control = lendingFolder(process.env) }: { readonly control?: string },
): Promise<void> {
  const loan = await borrowPort(control, port)
  if (loan === undefined) {
    throw new Exit(EXIT.failed, `${port}: no bridge has it, as far as ${control} tells`)
  }
  // Ctrl-C is for the program; the port is given back when that has ended.
  process.on('SIGINT', () => {})
  process.stderr.write(`${loan.name} is lent\n`)
  try {
    process.exitCode = await run(command)
  } finally {
    loan.close()
  }
  process.stderr.write(`${loan.name} is given back\n`)
}

async function run([program = '', ...rest]: readonly string[]): Promise<number> {
  const child = spawn(program, rest, { stdio: 'inherit' })
  try {
    const [code] = (await once(child, 'exit')) as [number | null]
    return code ?? EXIT.failed
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const what = code === 'ENOENT' ? 'there is no such program' : `it failed with ${code}`
    throw new Exit(EXIT.usage, `${program}: ${what}`)
  }
}
