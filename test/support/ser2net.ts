// ser2net as a peer: one connection between an accepter and a connector, both as gensio names them.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { componentPath } from './component.ts'

export interface Ser2net {
  readonly port: number
  stop(): Promise<void>
}

/**
 * Starts it; settles when it listens.
 * @param accepter what it speaks, before the address: `tcp`, `telnet(rfc2217),tcp`.
 */
export async function startSer2net(accepter: string, connector: string): Promise<Ser2net> {
  const folder = mkdtempSync(join(tmpdir(), 'motewire-ser2net-'))
  const port = await freePort()
  const file = join(folder, 'ser2net.yaml')
  const lines = [`  accepter: ${accepter},127.0.0.1,${port}`, `  connector: ${connector}`]
  writeFileSync(file, ['%YAML 1.1', '---', 'connection: &peer', ...lines, ''].join('\n'))
  const child = spawn(componentPath('ser2net'), ['-n', '-u', '-c', file], { stdio: 'ignore' })
  const exited = once(child, 'exit')
  while (child.exitCode === null && !(await isListening(port)));
  return {
    port,
    async stop() {
      child.kill('SIGKILL')
      await exited
      rmSync(folder, { recursive: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Whether anybody listens. Seen from outside: a connection to try would be one to the port. */
async function isListening(port: number): Promise<boolean> {
  const sockets = await readFile('/proc/net/tcp', 'latin1')
  const address = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return sockets.includes(`${address} 00000000:0000 0A`)
}
