// Where a client connects and as whom: several brokers, fresh credentials, redirections, pacing,
// the ladder of versions, what ends the attempts, and a machine that sleeps.

import { describe, expect, it } from 'vitest'
import { Client, ConnectPacer, LinkError, memoryPipe } from '@motewire/sdk'
import type { ByteChannel, ChannelHandler, ClientOptions, MotewireError } from '@motewire/sdk'
import { ManualClock } from '@motewire/sdk/testing'
import { ScriptedServer } from '../../support/conformance/scripted-server.ts'

/** A link that is always refused. */
class RefusedChannel implements ByteChannel {
  readonly name = 'refused'
  readonly #clock: ManualClock
  constructor(clock: ManualClock) {
    this.#clock = clock
  }
  open(handler: ChannelHandler): void {
    this.#clock.defer(() => handler.onClose(new LinkError('ERR_LINK_REFUSED', 'refused')))
  }
  write(): boolean {
    return true
  }
  pause(): void {}
  resume(): void {}
  close(): void {}
}

function refused(
  urls: string | string[],
  options: ClientOptions = {},
): {
  clock: ManualClock
  client: Client
  tried: string[]
} {
  const clock = new ManualClock()
  const tried: string[] = []
  const client = new Client(urls, {
    clock,
    seed: 1,
    reconnectPeriod: 10,
    reconnectPeriodMaxMs: 10,
    openChannel: (url) => {
      tried.push(url.host)
      return new RefusedChannel(clock)
    },
    ...options,
  })
  return { clock, client, tried }
}

describe('several brokers', () => {
  it('are tried in turn', () => {
    const { clock, client, tried } = refused(['mqtt://a', 'mqtt://b', 'mqtt://c'])
    client.start()
    clock.advance(45)
    expect(tried.slice(0, 4)).toEqual(['a', 'b', 'c', 'a'])
  })
})

describe('credentials', () => {
  it('are asked for before each attempt', () => {
    const contexts: unknown[] = []
    const server = new ScriptedServer({
      credentials: (context) => {
        contexts.push(context)
        return { username: 'u', password: `token-${context.attempt}` }
      },
    })
    expect(String(server.start()['password'])).toBe('token-1')
    server.connack()
    server.cut()
    expect(String(server.awaitConnect()['password'])).toBe('token-2')
    expect(contexts).toMatchObject([
      { attempt: 1 },
      { attempt: 2, cause: { code: 'ERR_LINK_LOST' } },
    ])
  })

  it('may come later, and their failure is one attempt lost', async () => {
    const answers = [Promise.reject(new Error('vault is sealed')), Promise.resolve({})]
    const { clock, client, tried } = refused('mqtt://a', { credentials: () => answers.shift()! })
    const errors: MotewireError[] = []
    client.on('error', (error) => errors.push(error))
    client.start()
    for (let i = 0; i < 4; i++) await Promise.resolve()
    expect(tried).toEqual([])
    expect(errors[0]).toMatchObject({ code: 'ERR_CREDENTIALS_FAILED', retryable: true })
    clock.advance(11)
    for (let i = 0; i < 4; i++) await Promise.resolve()
    expect(tried).toEqual(['a'])
  })
})

describe('a redirection', () => {
  const moved = { reasonCode: 0x9d, properties: { serverReference: 'other:1884' } }

  it('is followed when told so, three times at most', () => {
    const hosts: string[] = []
    const clock = new ManualClock()
    const client = new Client('mqtt://first', {
      clock,
      protocolVersion: 5,
      reconnectPeriod: 60_000,
      serverRedirect: 'follow',
      openChannel: (url) => {
        hosts.push(url.host)
        const [near, far] = memoryPipe(clock)
        const reference = Buffer.from(moved.properties.serverReference)
        const body = Buffer.concat([
          Buffer.from([0, 0x9d, 3 + reference.length, 28, 0, reference.length]),
          reference,
        ])
        far.open({
          onOpen: () => undefined,
          onBytes: () => far.write(Buffer.concat([Buffer.from([0x20, body.length]), body])),
          onDrain: () => undefined,
          onClose: () => undefined,
        })
        return near
      },
    })
    client.start()
    clock.advance(1_000)
    expect(hosts).toEqual(['first', 'other:1884', 'other:1884', 'other:1884'])
  })

  it('is only told by default', () => {
    const server = new ScriptedServer()
    server.start()
    server.connack(moved)
    expect(server.errors[0]).toMatchObject({ reasonCode: 0x9d, serverReference: 'other:1884' })
    expect(server.connections).toBe(1)
  })
})

describe('the ladder of versions', () => {
  it('goes down on a refusal and on a close before CONNACK, and stays where it got in', () => {
    const server = new ScriptedServer({ protocolVersion: 'auto' })
    expect(server.start()['protocolVersion']).toBe(5)
    server.connack({ reasonCode: 0x84 })
    server.version = 4
    expect(server.awaitConnect()['protocolVersion']).toBe(4)
    server.version = 3
    server.close()
    expect(server.awaitConnect()['protocolVersion']).toBe(3)
    server.connack()
    expect(server.client.connected).toBe(true)
    expect(server.reconnect()['protocolVersion']).toBe(3)
  })
})

describe('what ends the attempts', () => {
  const after = (connack: Record<string, unknown>, options: ClientOptions = {}): number => {
    const server = new ScriptedServer(options)
    server.start()
    server.connack(connack)
    server.advance(200)
    return server.connections
  }

  it('is an identifier that is not acceptable, but not a busy server', () => {
    expect(after({ reasonCode: 0x85 })).toBe(1)
    expect(after({ reasonCode: 0x89 })).toBeGreaterThan(1)
  })

  it('is what the application says', () => {
    expect(after({ reasonCode: 0x85 }, { classifyError: () => 'retry' })).toBeGreaterThan(1)
    expect(after({ reasonCode: 0x89 }, { classifyError: () => 'stop' })).toBe(1)
  })
})

describe('a pacer', () => {
  it('spreads the attempts of many clients, whose patience begins with their turn', () => {
    const clock = new ManualClock()
    const pacer = new ConnectPacer({ perSecond: 10, clock })
    const opened: number[] = []
    for (let i = 0; i < 50; i++) {
      const client = new Client('mqtt://broker', {
        clock,
        pacer,
        reconnectPeriod: 0,
        connectTimeout: 500,
        openChannel: () => {
          opened.push(clock.now())
          return new RefusedChannel(clock)
        },
      })
      client.start()
    }
    clock.advance(10_000)
    expect(opened).toEqual(Array.from({ length: 50 }, (_, i) => i * 100))
  })
})

describe('a machine that slept', () => {
  it('looks at its peer at once when it wakes', () => {
    const server = new ScriptedServer({ keepalive: 600 }).accept()
    server.take()
    server.clock.sleep(3_600_000)
    expect(server.takeOnly('pingreq')).toHaveLength(1)
    server.advance(40_000)
    expect(server.errors.at(-1)?.code).toBe('ERR_KEEPALIVE_TIMEOUT')
  })

  it('connects at once instead of waiting on', () => {
    const server = new ScriptedServer({ reconnectPeriod: 60_000, reconnectPeriodMaxMs: 60_000 })
    server.accept()
    server.cut()
    server.clock.sleep(3_600_000)
    server.settle()
    expect(server.connections).toBe(2)
  })
})
