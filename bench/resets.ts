// Ten thousand resets: emulated microcontrollers are reset at random positions of what they send,
// through the bridge to a Mosquitto, and for a smaller number through a socat in its place.
//
//   npx tsx --conditions=dev bench/resets.ts [resets] [devices] [image]

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { MqttBridge, SerialChannel, tcpSource } from '@motewire/hardware'
import type { FirmwareName } from '@motewire/hardware'
import type { Microcontroller } from '@motewire/simulator/firmware'
import { uartSource } from '../test/support/firmware.ts'
import { Mosquitto } from '../test/support/mosquitto.ts'
import { runResets } from '../test/support/reset-run.ts'
import type { ResetRunResult } from '../test/support/reset-run.ts'

const [resets = '10000', devices = '50', image = 'echo-raw'] = process.argv.slice(2)
const SOCAT_DEVICES = 20
const SOCAT_RESETS = 10
/** Resets between two lines of progress. */
const PROGRESS_RESETS = 1_000

const broker = await Mosquitto.start()
try {
  const run = {
    brokerUrl: broker.url,
    image: image as FirmwareName,
    seed: 1,
    recoveryMsMax: 20_000,
  }
  const each = Math.ceil(Number(resets) / Number(devices))
  const handleBack = progress(each * Number(devices))
  const bridged = { ...run, devices: Number(devices), resets: each, join: joinBridge, handleBack }
  // What the machine withholds from this process is no fault of a bridge.
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  print('motewire', await runResets(bridged))
  console.log(`  this process was held up for ${Math.round(delay.max / 1e6)} ms at the most`)
  const piped = { ...run, devices: SOCAT_DEVICES, resets: SOCAT_RESETS, join: joinSocat }
  if (image === 'echo-raw') print('socat', await runResets(piped))
} finally {
  await broker.remove()
}

/** Says how far it is, now and then. */
function progress(total: number): () => void {
  const began = performance.now()
  let done = 0
  return () => {
    if (++done % PROGRESS_RESETS !== 0) return
    console.log(`${done} of ${total} after ${Math.round((performance.now() - began) / 1_000)} s`)
  }
}

function joinBridge(device: Microcontroller): () => Promise<void> {
  const framing = image.replace('echo-', '') as 'raw' | 'slip' | 'cobs'
  const source = tcpSource({ host: '127.0.0.1', port: broker.port })
  const bridge = new MqttBridge({ port: uartSource(device), broker: source, framing })
  void bridge.start()
  return () => bridge.stop()
}

/** A terminal of socat's, opened again and again by a shell, as people do. */
async function joinSocat(device: Microcontroller): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'motewire-resets-'))
  const path = join(folder, 'port')
  const link = `PTY,raw,echo=0,link=${path}`
  const to = `TCP:127.0.0.1:${broker.port},nodelay`
  // Not longer than this program, however that ends.
  const loop = `while kill -0 $PPID 2>/dev/null; do socat ${link} ${to}; done`
  const socat = spawn('sh', ['-c', loop], { detached: true })
  let isOver = false
  const open = (): void => {
    if (isOver) return
    const channel = new SerialChannel(path)
    channel.open({
      onOpen: () => {},
      onBytes: (bytes) => void device.uart.write(bytes),
      onDrain: () => {},
      onClose: () => setTimeout(open, 20),
    })
    current = channel
  }
  let current: SerialChannel | undefined
  device.uart.open({
    onOpen: open,
    onBytes: (bytes) => void current?.write(Uint8Array.from(bytes)),
    onDrain: () => {},
    onClose: () => {},
  })
  return async () => {
    isOver = true
    current?.close('abort')
    const gone = once(socat, 'exit')
    process.kill(-socat.pid!, 'SIGKILL')
    await gone
    rmSync(folder, { recursive: true, force: true })
  }
}

function print(name: string, result: ResetRunResult): void {
  const { recoveryMs } = result
  const at = (share: number): string =>
    `${Math.round(recoveryMs[Math.floor(share * (recoveryMs.length - 1))] ?? Number.NaN)} ms`
  console.log(`${name}: ${result.resets} resets, ${result.messages} messages`)
  console.log(`  corrupt ${result.corrupt.length}${result.corrupt.length === 10 ? ' or more' : ''}`)
  for (const message of result.corrupt.slice(0, 2)) console.log(`    ${JSON.stringify(message)}`)
  console.log(`  will sent ${result.wills}, devices that did not come back ${result.stuck}`)
  console.log(`  first message after p50 ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)}`)
}
