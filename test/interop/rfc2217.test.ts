// RFC 2217 with ser2net at the other end, both ways, and with ourselves.

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Bridge, Rfc2217Channel, serialSource } from '../../hardware/index.ts'
import type { SerialSettings } from '../../hardware/index.ts'
import { PtyPair } from '../contract/hardware/pty-pair.ts'
import type { FarEnd } from '../contract/hardware/pty-pair.ts'
import { Recorder } from '../contract/hardware/recorder.ts'
import { requireComponent } from '../support/component.ts'
import { startSer2net } from '../support/ser2net.ts'
import type { Ser2net } from '../support/ser2net.ts'

/** Every value, and IAC in all company. */
const BYTES = Buffer.concat([
  Buffer.from(Array.from({ length: 256 }, (_, index) => index)),
  Buffer.from([255, 255, 255, 13, 10, 13, 0, 255]),
  randomBytes(50_000),
])

describe.runIf(requireComponent('ser2net') && requireComponent('socat'))('RFC 2217', () => {
  let pair: PtyPair
  let far: FarEnd
  let ends: (() => Promise<unknown>)[]

  beforeEach(async () => {
    pair = await PtyPair.create()
    far = pair.openFar()
    ends = []
  })
  afterEach(async () => {
    for (const end of ends.toReversed()) await end()
    await far.close()
    await pair.remove()
  })

  async function ser2net(accepter: string, connector: string): Promise<Ser2net> {
    const server = await startSer2net(accepter, connector)
    ends.push(() => server.stop())
    return server
  }

  async function openAt(
    port: number,
    settings: SerialSettings,
  ): Promise<{ channel: Rfc2217Channel; recorder: Recorder }> {
    const channel = new Rfc2217Channel({ host: '127.0.0.1', port }, settings)
    const recorder = new Recorder()
    channel.open(recorder)
    await recorder.untilOpen()
    ends.push(async () => {
      channel.close('abort')
      await recorder.untilClosed()
    })
    return { channel, recorder }
  }

  async function expectBytesBothWays(channel: Rfc2217Channel, recorder: Recorder): Promise<void> {
    await Promise.all([recorder.writeAll(channel, BYTES), far.until(BYTES.length)])
    expect(far.received.equals(BYTES)).toBe(true)
    await Promise.all([
      far.write(BYTES),
      recorder.until(() => recorder.receivedBytes >= BYTES.length),
    ])
    expect(recorder.received.equals(BYTES)).toBe(true)
  }

  async function serve(): Promise<number> {
    let handleListening = (): void => {}
    const listening = new Promise<void>((resolve) => (handleListening = resolve))
    const bridge = new Bridge({
      port: serialSource(pair.near, { baud: 115_200 }),
      net: { listen: { host: '127.0.0.1', port: 0 }, rfc2217: {} },
      handleNotice: ({ state }) => {
        if (state === 'listening') handleListening()
      },
    })
    await bridge.start()
    // Clients are taken once the port is open.
    await listening
    ends.push(() => bridge.stop())
    return bridge.address!.port
  }

  it('sets the line of a port behind ser2net, and moves any bytes', async () => {
    const connector = `serialdev,${pair.near},115200n81,local`
    const { port } = await ser2net('telnet(rfc2217),tcp', connector)
    const { channel, recorder } = await openAt(port, { baud: 19_200 })
    expect(stty(pair.near)).toContain('speed 19200 baud')
    await channel.configure({ baud: 57_600 })
    expect(stty(pair.near)).toContain('speed 57600 baud')
    await channel.purge()
    await expectBytesBothWays(channel, recorder)
  })

  it('says so when the server speaks Telnet only', async () => {
    const { port } = await ser2net('telnet(rfc2217=false),tcp', `serialdev,${pair.near},9600n81`)
    const channel = new Rfc2217Channel({ host: '127.0.0.1', port })
    const recorder = new Recorder()
    channel.open(recorder)
    expect(await recorder.untilClosed()).toMatchObject({
      code: 'ERR_PORT_INVALID',
      message: `rfc2217 127.0.0.1:${port} does not speak RFC 2217`,
    })
  })

  it('serves our client: speed, lines, break, any bytes', async () => {
    const { channel, recorder } = await openAt(await serve(), { baud: 38_400, lines: 'release' })
    expect(stty(pair.near)).toContain('speed 38400 baud')
    await channel.setLines({ dtr: true, rts: true, brk: true })
    await channel.setLines({ brk: false })
    await expectBytesBothWays(channel, recorder)
  })

  it('serves ser2net, which is told by our client', async () => {
    const connector = `telnet(rfc2217),tcp,127.0.0.1,${await serve()}`
    const { port } = await ser2net('telnet(rfc2217),tcp', connector)
    const { channel, recorder } = await openAt(port, { baud: 19_200 })
    expect(stty(pair.near)).toContain('speed 19200 baud')
    await expectBytesBothWays(channel, recorder)
  })
})

function stty(path: string): string {
  return execFileSync('stty', ['-a', '-F', path], { encoding: 'utf8' })
}
