// The bridge as a service: a file of many ports, read again while it runs, what it tells to
// Prometheus, to a topic and to systemd, and a file with mistakes.

import { EventEmitter, once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from '@motewire/sdk'
import type { Client } from '@motewire/sdk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FarEnd, PtyPair } from '../contract/hardware/pty-pair.ts'
import { componentPath, requireComponent } from '../support/component.ts'
import { Mosquitto } from '../support/mosquitto.ts'
import { motewire, motewireIn, Program } from '../support/programs.ts'

const WAIT_MS = 20_000

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'motewire-service-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

describe('motewire bridge --check', () => {
  it('tells five mistakes in five lines, each with its place', async () => {
    const path = write(
      'five.yaml',
      `version: 1
broker: { url: 'http://x' }
metrics: 99999
ports:
  a: { serial: /dev/ttyUSB0, boud: 9600 }
  b: { serial: /dev/ttyUSB1, speaks: bytes }
  c: { serial: /dev/ttyUSB2, speaks: lines, silentAfter: 30 }
`,
    )
    const { code, err, out } = await motewire('bridge', '--config', path, '--check').finished
    const url = 'a broker URL such as mqtt://127.0.0.1:1883 or mqtts://broker.example'
    const net = 'one of tcp, listen and udp'
    const duration = 'a duration from 1ms to 3650d, such as 250ms, 30s, 5m or 1h'
    expect(err.replaceAll(path, 'x').trim().split('\n')).toEqual([
      `motewire: x:2:16: broker.url: found "http://x", expected ${url}`,
      'x:3:10: metrics: found 99999, expected a whole number from 0 to 65535',
      'x:5:30: ports.a.boud: unknown key, did you mean baud?',
      `x:6:38: ports.b.speaks: found "bytes", expected ${net} beside it for bytes`,
      `x:7:58: ports.c.silentAfter: found 30, expected ${duration}`,
    ])
    expect({ code, out }).toEqual({ code: 2, out: '' })
  })

  it('looks at what a file names, and at keys that mean nothing together', async () => {
    const path = write(
      'files.yaml',
      `version: 1
broker: { url: 'mqtt://127.0.0.1', passwordFile: none.txt }
ports:
  a: { serial: /dev/ttyUSB0, session: bridge, store: no/such.journal }
  b: { serial: /dev/ttyUSB0, speaks: lines, awake: 30s }
`,
    )
    const { code, err } = await motewire('bridge', path, '--check').finished
    const file = 'a file that can be read'
    expect(err.replaceAll(path, 'x').trim().split('\n')).toEqual([
      `motewire: x:2:50: broker.passwordFile: found none.txt (no such file), expected ${file}`,
      'x:4:54: ports.a.store: found no/such.journal, expected a file in a folder that exists',
      'x:5:16: ports.b.serial: found /dev/ttyUSB0, expected another port than that of a',
      'x:5:45: ports.b.awake: found it, expected speaks: mqtt beside it',
    ])
    expect(code).toBe(2)
  })
})

describe.runIf(requireComponent('mosquitto') && requireComponent('socat'))(
  'motewire bridge as a service',
  () => {
    let broker: Mosquitto
    let watcher: Client
    let pairs: [PtyPair, PtyPair]
    let ends: [FarEnd, FarEnd]
    let seen: string[]
    const events = new EventEmitter()

    beforeEach(async () => {
      broker = await Mosquitto.start()
      pairs = await Promise.all([PtyPair.create(), PtyPair.create()])
      ends = [new FarEnd(pairs[0].far), new FarEnd(pairs[1].far)]
      seen = []
      watcher = await connectAsync(broker.url)
      watcher.on('message', (topic, payload) => {
        seen.push(`${topic} ${payload.toString()}`)
        events.emit('seen')
      })
      await watcher.subscribe('#')
    })

    afterEach(async () => {
      await Promise.all([watcher.end(), ...ends.map((end) => end.close())])
      await Promise.all([broker.remove(), ...pairs.map((pair) => pair.remove())])
    })

    async function until(text: string, times = 1): Promise<void> {
      const signal = AbortSignal.timeout(WAIT_MS)
      while (seen.filter((line) => line.startsWith(text)).length < times) {
        await once(events, 'seen', { signal }).catch(() => {
          throw new Error(`never saw '${text}' but ${seen.join(', ')}`)
        })
      }
    }

    function writePorts(ports: string): string {
      const head = `version: 1\nbroker: ${broker.url}\nmetrics: 0\nstatus: { topic: bridge/one }`
      const kept = `  kept: { serial: ${pairs[0].near}, speaks: lines }`
      return write('bridge.yaml', `${head}\nports:\n${kept}\n${ports}`)
    }

    it('keeps healthy ports over a reload, and tells how it is doing', async () => {
      const service = motewire('bridge', writePorts(''))
      await service.says('1 ports started, 0 stopped, 0 kept')
      await until('kept/presence {"state":"up"')
      await until('bridge/one/kept {"port":"probing"')
      await ends[0].write('before\n')
      await until('kept/line before')
      await until('bridge/one/kept {"port":"up"')

      writePorts(`  new: { serial: ${pairs[1].near}, speaks: lines }\n`)
      service.child.kill('SIGHUP')
      await service.says('1 ports started, 0 stopped, 1 kept')
      await until('new/presence {"state":"up"')
      await ends[1].write('hello\n')
      await until('new/line hello')

      write('bridge.yaml', 'version: 1\nports: 5\n')
      service.child.kill('SIGHUP')
      await ends[0].write('after\n')
      await until('kept/line after')
      const url = /http:\S+/.exec(service.out)?.[0] ?? ''
      const figures = await (await fetch(url)).text()
      expect(figures).toContain('motewire_bridge_port_opens_total{port="kept"} 1\n')
      expect(figures).toContain('motewire_bridge_uplink_bytes_total{port="kept"} 13\n')
      expect(figures).toContain('motewire_bridge_port_up{port="new"} 1\n')

      writePorts('')
      service.child.kill('SIGHUP')
      await service.says('0 ports started, 1 stopped, 1 kept')
      await until('new/presence {"state":"gone","reason":"the bridge was stopped"}')
      service.child.kill('SIGTERM')
      const { code, err } = await service.finished
      expect(code).toBe(0)
      expect(err).toContain('bridge.yaml:2:8: ports: found 5, expected a mapping of ports by name')
      await until('bridge/one stopped')
    })

    it('lends a port to another program and takes it back', async () => {
      const environment = { ...process.env, XDG_RUNTIME_DIR: folder }
      const service = motewireIn(environment, 'bridge', writePorts(''))
      await until('kept/presence {"state":"up"')
      const { near } = pairs[0]
      // Exits with 1 when somebody has the lock.
      const flashing = ['flock', '-n', near, 'sh', '-c', `printf flashed > ${near}; exit 7`]
      const lend = motewireIn(environment, 'serial', 'lend', near, '--', ...flashing)
      const { code, err } = await lend.finished
      expect({ code, err }).toEqual({ code: 7, err: 'kept is lent\nkept is given back\n' })
      await ends[0].untilText('flashed')
      await until('kept/presence {"state":"unplugged","reason":"the port is lent"}')
      await until('kept/presence {"state":"up"', 2)
      await ends[0].write('after\n')
      await until('kept/line after')

      service.child.kill('SIGTERM')
      expect((await service.finished).code).toBe(0)
    })

    it('says in one line that no bridge has the port', async () => {
      const environment = { ...process.env, XDG_RUNTIME_DIR: folder }
      const lend = motewireIn(environment, 'serial', 'lend', '/dev/ttyX', '--', 'true')
      const { code, err } = await lend.finished
      const where = join(folder, 'motewire')
      expect(err).toBe(`motewire: /dev/ttyX: no bridge has it, as far as ${where} tells\n`)
      expect(code).toBe(1)
    })

    it('tells systemd that it is ready, alive and stopping', async () => {
      const socket = join(folder, 'notify')
      const systemd = new Program(componentPath('socat'), ['-u', `UNIX-RECV:${socket}`, '-'])
      const path = write('bridge.yaml', 'version: 1\nports: {}\n')
      const environment = { ...process.env, NOTIFY_SOCKET: socket, WATCHDOG_USEC: '200000' }
      const service = motewireIn(environment, 'bridge', path)
      await systemd.says('READY=1')
      await systemd.says('STATUS=0 ports')
      await systemd.says('WATCHDOG=1')
      service.child.kill('SIGTERM')
      await systemd.says('STOPPING=1')
      expect((await service.finished).code).toBe(0)
      systemd.child.kill()
      await systemd.finished
    })
  },
)
