// Broker URLs and link options: what they mean, and the mistakes found before anything is dialled.

import { describe, expect, it } from 'vitest'
import { memoryPipe } from '@motewire/sdk'
import { ManualClock } from '@motewire/sdk/testing'
import { brokerUrl, channelOpener } from '../../../sdk/dial.ts'
import type { LinkOptions } from '../../../sdk/dial.ts'

function nameOf(url: string, options: LinkOptions = {}): string {
  return channelOpener(brokerUrl(url), options)().name
}

describe('a broker URL', () => {
  it.each([
    ['mqtt://broker', 'tcp broker:1883'],
    ['tcp://127.0.0.1:61613', 'tcp 127.0.0.1:61613'],
    ['mqtt://[::1]', 'tcp [::1]:1883'],
    ['mqtts://broker', 'tls broker:8883'],
    ['ssl://broker:443', 'tls broker:443'],
    ['ws://broker', 'ws broker:80/'],
    ['ws://broker:9001/mqtt?x=1', 'ws broker:9001/mqtt?x=1'],
    ['wss://user:secret@broker/mqtt', 'wss broker:443/mqtt'],
    ['unix:///run/mosquitto.sock', 'unix /run/mosquitto.sock'],
    ['unix:/run/my%20broker.sock', 'unix /run/my broker.sock'],
  ])('%s is the link %s', (url, name) => {
    expect(nameOf(url)).toBe(name)
  })

  it.each([
    ['nonsense', {}, /^'nonsense' is not a URL/],
    ['mqtt://', {}, /names no host$/],
    [
      'http://broker',
      {},
      /^scheme 'http:' .* is not one of mqtt: tcp: mqtts: ssl: ws: wss: unix:$/,
    ],
    ['serial:/dev/ttyUSB0', {}, /openChannel and the SerialChannel of @motewire\/hardware$/],
    ['unix://run/x.sock', {}, /names no socket file, expected unix:\/\/\/path\/to\/socket$/],
    ['unix:x.sock', {}, /names no socket file/],
    ['unix:///run/x', { proxy: 'socks5://p' }, /^option proxy is given for a Unix socket$/],
    ['mqtt://broker', { proxy: 'ftp://p' }, /^option proxy is ftp:\/\/p, expected/],
    ['ws://broker', { wsOptions: { path: 'mqtt' } }, /^option wsOptions.path is 'mqtt'/],
    ['ws://broker', { wsOptions: { frameBytesMax: 0 } }, /^option wsOptions.frameBytesMax is 0/],
  ])('%s with %o is refused', (url, options, message) => {
    expect(() => nameOf(url, options)).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(message) }),
    )
  })

  it('has its path overridden by wsOptions', () => {
    expect(nameOf('ws://broker/a', { wsOptions: { path: '/b' } })).toBe('ws broker:80/b')
  })

  it('goes through a proxy, whose password stays out of the name', () => {
    const proxy = 'socks5://user:secret@proxy'
    expect(nameOf('mqtts://broker', { proxy })).toBe('tls broker:8883 via socks5 proxy:1080')
  })

  it('is handed to openChannel as it is, whatever its scheme', () => {
    const urls: URL[] = []
    const openChannel = (url: URL) => {
      urls.push(url)
      return memoryPipe(new ManualClock())[0]
    }
    expect(nameOf('serial:/dev/ttyUSB0', { openChannel })).toBe('memory')
    expect(urls.map(({ pathname }) => pathname)).toEqual(['/dev/ttyUSB0'])
  })
})
