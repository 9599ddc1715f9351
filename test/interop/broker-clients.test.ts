// Our broker with Mosquitto's own clients, and with peers that misbehave.

import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectAsync } from '@motewire/sdk'
import { Broker } from '@motewire/simulator/broker'
import { requireComponent } from '../support/component.ts'
import { Program, run } from '../support/programs.ts'

let broker: Broker
let port: string

beforeEach(async () => {
  broker = new Broker({ port: 0 })
  port = String((await broker.start()).port)
})

afterEach(() => broker.stop())

/** Resolves when the broker has so many subscriptions. */
async function subscribed(count: number): Promise<void> {
  await expect.poll(() => broker.stats().subscriptions, { timeout: 5_000 }).toBe(count)
}

describe.runIf(requireComponent('mosquitto'))(
  'mosquitto_pub and mosquitto_sub on our broker',
  () => {
    for (const version of ['mqttv31', 'mqttv311', 'mqttv5']) {
      for (const qos of ['0', '1', '2']) {
        it(`deliver at QoS ${qos} in ${version}`, async () => {
          const common = ['-p', port, '-V', version, '-q', qos]
          const sub = new Program('mosquitto_sub', [
            ...common,
            '-t',
            't/#',
            '-v',
            '-C',
            '1',
            '-W',
            '9',
          ])
          await subscribed(1)
          const pub = await run('mosquitto_pub', [...common, '-t', 't/a', '-m', 'grüße'])
          expect(pub).toMatchObject({ code: 0, err: '' })
          expect(await sub.finished).toMatchObject({ code: 0, out: 't/a grüße\n' })
        })
      }
    }

    it('get retained messages with the flag set', async () => {
      await run('mosquitto_pub', ['-p', port, '-t', 'r/x', '-m', 'kept', '-r', '-q', '1'])
      const args = ['-p', port, '-t', 'r/+', '-C', '1', '-W', '9', '-F', '%t %p %r']
      expect((await run('mosquitto_sub', args)).out).toBe('r/x kept 1\n')
    })

    it('get what came while they were away, in order', async () => {
      const session = ['-p', port, '-i', 'durable', '-c', '-q', '2', '-t', 'd/#']
      await run('mosquitto_sub', [...session, '-E'])
      for (const text of ['one', 'two', 'three']) {
        await run('mosquitto_pub', ['-p', port, '-t', 'd/1', '-m', text, '-q', '2'])
      }
      expect(broker.client('durable')).toMatchObject({ isConnected: false, queued: 3 })
      const again = await run('mosquitto_sub', [...session, '-C', '3', '-W', '9'])
      expect(again.out).toBe('one\ntwo\nthree\n')
    })

    it('send the will of a client that is killed', async () => {
      const will = ['--will-topic', 'w/1', '--will-payload', 'gone']
      const victim = new Program('mosquitto_sub', ['-p', port, '-t', 'x', ...will])
      await subscribed(1)
      const watcher = new Program('mosquitto_sub', ['-p', port, '-t', 'w/#', '-C', '1', '-W', '9'])
      await subscribed(2)
      victim.child.kill('SIGKILL')
      expect((await watcher.finished).out).toBe('gone\n')
    })
  },
)

describe('our broker', () => {
  it('lets no subscriber that stops reading delay another one', async () => {
    const deaf = connect(Number(port), '127.0.0.1')
    const connectPacket = Buffer.from('101000044d5154540402000000046465616600', 'hex').subarray(
      0,
      18,
    )
    deaf.write(Buffer.concat([connectPacket, Buffer.from('8206000100016200', 'hex')]))
    await subscribed(1)
    deaf.pause()
    const url = `mqtt://127.0.0.1:${port}`
    const healthy = await connectAsync(url)
    let received = 0
    const all = new Promise<void>((resolve) => {
      healthy.on('message', () => {
        if (++received === 300) resolve()
      })
    })
    await healthy.subscribe('b')
    const publisher = await connectAsync(url, { outbox: { bytesMax: 64 << 20 } })
    const payload = Buffer.alloc(65_536, 7)
    for (let i = 0; i < 300; i++) publisher.publish('b', payload)
    await all
    expect(received).toBe(300)
    deaf.destroy()
    await publisher.end()
    await healthy.end()
  })

  it('closes on garbage and serves others on', async () => {
    const garbage = connect(Number(port), '127.0.0.1')
    const closed = new Promise((resolve) => garbage.once('close', resolve))
    garbage.on('error', () => undefined)
    garbage.write(Buffer.alloc(100, 0xff))
    await closed
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`)
    const delivered = client.publishAsync('still/alive', 'yes', { qos: 1 })
    await expect(delivered).resolves.toBeUndefined()
    await client.end()
  })

  it('says in one line that its port is in use', async () => {
    const second = new Broker({ port: Number(port) })
    await expect(second.start()).rejects.toThrow(`broker port ${port} on 127.0.0.1 is in use`)
  })
})
