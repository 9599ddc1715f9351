// `motewire serial monitor` and `loopback` on real pseudo-terminals, and the taps of a bridge
// beside a real broker: what is shown, what is in the files, and the exit codes.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodePacket } from '@motewire/sdk/codec'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PtyPair } from '../contract/hardware/pty-pair.ts'
import type { FarEnd } from '../contract/hardware/pty-pair.ts'
import { requireComponent } from '../support/component.ts'
import { Mosquitto } from '../support/mosquitto.ts'
import { readCapture } from '../support/pcapng-reader.ts'
import { motewire, motewireWith } from '../support/programs.ts'

const CONNECT = encodePacket(
  { type: 'connect', protocolVersion: 4, clientId: 'pump', clean: true, keepalive: 60 },
  4,
)
const PUBLISH = Buffer.from('0\u0009\0\u0003a/b21.5')

describe.runIf(requireComponent('socat'))('motewire serial', () => {
  let folder: string
  let pair: PtyPair
  let far: FarEnd

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'motewire-monitor-'))
    pair = await PtyPair.create()
    far = pair.openFar()
  })

  afterEach(async () => {
    await far.close()
    await pair.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  it('monitors both directions, into a log and a capture file, over a pulled cable', async () => {
    const [log, pcap] = [join(folder, 'log'), join(folder, 'line.pcapng')]
    const args = ['--hex', '--log', log, '--pcap', pcap]
    const monitor = motewire('serial', 'monitor', pair.near, ...args)
    await monitor.notes('is connected (115200 8N1)')
    await far.write('hello\n')
    await monitor.says('|hello.|')
    await pair.unplug()
    await monitor.notes('waiting for it')
    await far.close()
    await pair.plug()
    await monitor.notes('is connected (115200 8N1)', 2)
    far = pair.openFar()
    await far.write('again\n')
    await monitor.says('|again.|')
    monitor.child.kill('SIGTERM')
    const { code, out } = await monitor.finished
    expect(code).toBe(0)
    expect(out).toMatch(/^\d\d:\d\d:\d\d\.\d{3} rx 68 65 6c 6c 6f 0a +\|hello\.\|\n/)
    expect(readFileSync(log, 'utf8')).toBe(out)
    const { packets } = readCapture(pcap)
    expect(packets.map(({ bytes }) => bytes.subarray(12).toString())).toEqual([
      'hello\n',
      'again\n',
    ])
  })

  it('sends what is piped in, and shows what comes as it comes', async () => {
    const monitor = motewireWith('AT\r', 'serial', 'monitor', pair.near)
    await far.untilText('AT\r')
    await far.write('OK\r\n')
    await monitor.says('OK\r\n')
    monitor.child.kill('SIGTERM')
    const { code, out } = await monitor.finished
    expect({ code, out }).toEqual({ code: 0, out: 'OK\r\n' })
  })

  it('says in one line what a monitor cannot be told', async () => {
    const wrong = await motewire('serial', 'monitor', '/dev/null', '--hex').finished
    expect(wrong).toEqual({
      code: 2,
      out: '',
      err: expect.stringMatching(/^serial \/dev\/null is not a serial port; giving up\n/),
    })
  })

  it('tests a joined wire', async () => {
    far.echo()
    const { code, out } = await motewire('serial', 'loopback', pair.near, '--seconds', '1').finished
    expect(out).toMatch(/blocks {6}(\d+) sent, \1 whole, 0 damaged\n/)
    expect(out).toMatch(/throughput {2}\d+ bytes a second of 11520\n/)
    expect(out).toMatch(/\nok: all of \d+ blocks came back whole\n$/)
    expect(code).toBe(0)
  })

  it('says that a wire is not joined', async () => {
    const { code, out } = await motewire('serial', 'loopback', pair.near, '--seconds', '1').finished
    expect(out).toContain('trouble: nothing came back; join TX and RX')
    expect(code).toBe(1)
  })

  it.runIf(requireComponent('mosquitto'))('traces and captures a port of a bridge', async () => {
    const broker = await Mosquitto.start()
    const config = join(folder, 'bridge.yaml')
    const entry = `{ serial: ${pair.near}, trace: mqtt, pcap: pump.pcapng }`
    writeFileSync(config, `version: 1\nbroker: ${broker.url}\nports:\n  pump: ${entry}\n`)
    const service = motewire('bridge', config)
    await service.says('is connected (115200 8N1)')
    await far.write(CONNECT)
    await service.says('pump tx CONNACK sessionPresent=false reasonCode=0')
    await far.write(PUBLISH)
    await service.says('pump rx PUBLISH topic=a/b qos=0 retain=false dup=false payloadBytes=4 21.5')
    service.child.kill('SIGTERM')
    expect((await service.finished).code).toBe(0)
    const { packets } = readCapture(join(folder, 'pump.pcapng'))
    expect(packets.map(({ bytes }) => bytes.subarray(40))).toEqual([
      Buffer.from(CONNECT),
      Buffer.from([0x20, 2, 0, 0]),
      PUBLISH,
    ])
    await broker.remove()
  })
})
