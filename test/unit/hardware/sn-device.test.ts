// MQTT-SN clients byte by byte, as the standard (1.2, section 5) writes them, against the gateway's
// side in virtual time. Bytes are hexadecimal; `<` is what the client says, `>` what it is told.

import type { QoS } from '@motewire/sdk'
import { beforeEach, describe, expect, it } from 'vitest'
import { CobsFraming } from '../../../hardware/framing/index.ts'
import { snDevice } from '../../../hardware/index.ts'
import type { Device, DeviceHost, DeviceMessage, SnDeviceOptions } from '../../../hardware/index.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const ascii = (text: string): string => Buffer.from(text).toString('hex')

class Host implements DeviceHost {
  isBrokerUp = true
  isHeld = false
  hasRoom = true
  sent: string[] = []
  told: string[] = []
  readonly filters: string[] = []
  readonly published: string[] = []
  confirmed = 0
  handleRelease: () => void = () => undefined

  send(bytes: Uint8Array): void {
    this.sent.push(hex(bytes))
  }

  publish({ topic, payload, qos, retain }: DeviceMessage): boolean {
    const text = Buffer.from(payload).toString()
    if (this.hasRoom) this.published.push(`${topic} ${text} ${qos}${retain ? ' retained' : ''}`)
    return this.hasRoom
  }

  subscribe(filter: string, qos: QoS, handleGrant?: (qos: number) => void): void {
    this.filters.push(filter)
    handleGrant?.(qos)
  }

  unsubscribe(filter: string): void {
    this.filters.splice(this.filters.indexOf(filter), 1)
  }

  confirm(): void {
    this.confirmed++
  }

  tell(state: string): void {
    this.told.push(state)
  }

  hold(isHeld: boolean): void {
    const wasHeld = this.isHeld
    this.isHeld = isHeld
    if (wasHeld && !isHeld) this.handleRelease()
  }
}

let host: Host
let device: Device
let now: number

function begin(options: SnDeviceOptions = {}): void {
  host = new Host()
  now = 0
  device = snDevice(options)(host, now)
  device.handleOpen(now)
}

beforeEach(() => begin())

/** The client says these messages; what it is told for them. */
function say(...messages: string[]): string[] {
  host.sent = []
  for (const said of messages) device.handleBytes(Buffer.from(said, 'hex'), now)
  return host.sent
}

function message(topic: string, payload: string): void {
  device.handleMessage({ topic, payload: Buffer.from(payload), qos: 1, retain: false }, now)
}

function pass(ms: number): string[] {
  host.sent = []
  const end = now + ms
  for (let due = device.pollTimeout(); due <= end; due = device.pollTimeout()) {
    now = due
    device.handleTimeout(now)
  }
  now = end
  return host.sent
}

/** CONNECT, clean, 60 s, client `m1`. */
const CONNECT = `0804040100 3c${ascii('m1')}`.replaceAll(' ', '')
const CONNACK = '030500'

describe('an MQTT-SN client', () => {
  it('finds the gateway and connects', () => {
    expect(say('030100')).toEqual(['030201'])
    expect(say(CONNECT)).toEqual([CONNACK])
    expect(host.told).toEqual(['up'])
    expect(say('0216')).toEqual(['0217'])
  })

  it('is asked for its will, which is published when it falls silent', () => {
    const withWill = CONNECT.replace('080404', '08040c')
    expect(say(withWill)).toEqual(['0206'])
    expect(say(`0907 30${ascii('gone/x')}`.replaceAll(' ', ''))).toEqual(['0208'])
    expect(say(`0509${ascii('bye')}`)).toEqual([CONNACK])
    expect(pass(90_000)).toEqual([])
    expect(host.published).toEqual(['gone/x bye 1 retained'])
    expect(host.told).toEqual(['up', 'silent'])
    // It does not know yet: whatever it says is answered with DISCONNECT.
    expect(say('0216')).toEqual(['0218'])
  })

  it('changes its will, and takes it away', () => {
    say(CONNECT)
    expect(say(`081a 00${ascii('last1')}`.replaceAll(' ', ''))).toEqual(['031b00'])
    expect(say(`041c${ascii('by')}`)).toEqual(['031d00'])
    expect(say('021a')).toEqual(['031b00'])
    expect(say(`041c${ascii('by')}`)).toEqual(['031d03'])
    say(CONNECT)
    expect(host.published).toEqual([])
  })

  it('registers a topic and publishes at QoS 0, 1 and 2', () => {
    say(CONNECT)
    expect(say(`0a0a00000007${ascii('room')}`)).toEqual(['070b0001000700'])
    expect(say(`080c0000010000${ascii('a')}`)).toEqual([])
    expect(say(`080c2000010002${ascii('b')}`)).toEqual(['070d0001000200'])
    const twice = `080c4000010003${ascii('c')}`
    expect(say(twice, twice)).toEqual(['040f0003', '040f0003'])
    expect(say('04100003', '04100003')).toEqual(['040e0003', '040e0003'])
    expect(host.published).toEqual(['room a 0', 'room b 1', 'room c 2'])
  })

  it('is told that a topic id is not known, and that there is no room', () => {
    say(CONNECT)
    expect(say(`080c2000090002${ascii('b')}`)).toEqual(['070d0009000202'])
    host.hasRoom = false
    expect(say(`080c22${ascii('ab')}0002${ascii('b')}`)).toEqual([`070d${ascii('ab')}000201`])
    expect(device.counts()).toMatchObject({ messagesUnaccepted: 1, packetsIllegal: 1 })
  })

  it('publishes at QoS -1 without a connection', () => {
    begin({ predefined: new Map([[5, 'well/known']]) })
    expect(say(`080c6100050000${ascii('x')}`)).toEqual([])
    expect(say(`080c72${ascii('ab')}0000${ascii('y')}`)).toEqual([])
    // A topic id that REGISTER would have given means nothing here.
    expect(say(`080c6000010000${ascii('z')}`)).toEqual([])
    expect(host.published).toEqual(['well/known x 0', 'ab y 0 retained'])
    expect(host.confirmed).toBe(3)
  })

  it('is told one message at a time, again until it confirms', () => {
    say(CONNECT)
    expect(say(`0b12200001${ascii('down/1')}`)).toEqual(['0813200001000100'])
    host.sent = []
    message('down/1', 'one')
    expect(host.sent).toEqual([`0a0c2000010001${ascii('one')}`])
    expect(host.isHeld).toBe(true)
    expect(pass(3_000)).toEqual([`0a0ca000010001${ascii('one')}`])
    expect(say('070d0001000100')).toEqual([])
    expect(host.isHeld).toBe(false)
    expect(device.counts()).toMatchObject({ messagesToDevice: 1, messagesRepeated: 1 })
  })

  it('is given an id for a topic that it knows by a wildcard only', () => {
    say(CONNECT)
    expect(say(`0b12200001${ascii('down/#')}`)).toEqual(['0813200000000100'])
    host.sent = []
    message('down/7', 'hi')
    expect(host.sent).toEqual([`0c0a00010001${ascii('down/7')}`])
    expect(say('070b0001000100')).toEqual([`090c2000010002${ascii('hi')}`])
  })

  it('sleeps, and is told what has waited when it asks', () => {
    say(CONNECT, `0b12200001${ascii('down/1')}`)
    expect(say('04180258')).toEqual(['0218'])
    expect(host.isHeld).toBe(true)
    expect(host.told).toEqual(['up', 'asleep'])
    expect(pass(600_000)).toEqual([])
    // The client of the SDK has two messages for it.
    const waiting = ['one', 'two']
    host.handleRelease = () => {
      while (!host.isHeld && waiting.length > 0) message('down/1', waiting.shift()!)
    }
    expect(say(`0416${ascii('m1')}`)).toEqual([`0a0c2000010001${ascii('one')}`])
    expect(say('070d0001000100')).toEqual([`0a0c2000010002${ascii('two')}`])
    expect(say('070d0001000200')).toEqual(['0217'])
    expect(host.isHeld).toBe(true)
    // Its 600 s count anew, with half as much again; then it is lost.
    pass(899_999)
    expect(host.told).toEqual(['up', 'asleep'])
    pass(1)
    expect(host.told).toEqual(['up', 'asleep', 'silent'])
  })

  it('is not sent what it could not hold', () => {
    begin({ packetBytesMax: 16 })
    say(CONNECT, `0b12200001${ascii('down/1')}`)
    host.sent = []
    message('down/1', '0123456789')
    expect(host.sent).toEqual([])
    message('down/1', '012345678')
    expect(host.sent).toHaveLength(1)
    expect(device.counts()).toMatchObject({ messagesRefused: 1 })
  })

  it('hears of the broker on a topic of the bridge', () => {
    say(CONNECT)
    const subscribe = `141220 0001${ascii('$bridge/broker')}`.replace(' ', '')
    expect(say(subscribe.replace(/^14/, '13'))).toEqual([
      '0813200001000100',
      `090c2000010001${ascii('up')}`,
    ])
    say('070d0001000100')
    host.sent = []
    device.handleBroker(false, now)
    expect(host.sent).toEqual([`0b0c2000010002${ascii('down')}`])
    expect(host.filters).toEqual([])
  })

  it('loses no more than the message in which it was reset', () => {
    say(CONNECT)
    say(`0a0a00000007${ascii('room')}`, `0e0c2000010002${ascii('ha')}`)
    expect(pass(60)).toEqual([])
    expect(say(CONNECT)).toEqual([CONNACK])
    expect(host.published).toEqual([])
    expect(device.counts()).toMatchObject({ damagedFrames: 1, sessions: 2 })
  })

  it('speaks in frames as well', () => {
    begin({ framing: 'cobs' })
    const frames: string[] = []
    const far = new CobsFraming({ handleFrame: (frame) => frames.push(hex(frame)) })
    const answers = say(hex(far.encode(Buffer.from('030100', 'hex'))))
    for (const answer of answers) far.handleBytes(Buffer.from(answer, 'hex'))
    expect(frames).toEqual(['030201'])
  })
})
