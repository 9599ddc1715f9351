// Keep Alive: when a PINGREQ is due, whose interval counts, and when a silent server is given up.

import { describe, expect, it } from 'vitest'
import { online, ScriptedServer } from '../support/conformance/scripted-server.ts'

/** Longest time in which the client sent nothing, while `busy` runs once a second. */
function longestSilenceS(server: ScriptedServer, seconds: number, busy: () => void): number {
  let silence = 0
  let longest = 0
  for (let i = 0; i < seconds; i++) {
    busy()
    server.advance(1_000)
    const sent = server.take()
    if (sent.some(({ cmd }) => cmd === 'pingreq')) server.send({ cmd: 'pingresp' })
    silence = sent.length > 0 ? 0 : silence + 1
    longest = Math.max(longest, silence)
  }
  return longest
}

describe('a PINGREQ', () => {
  it.each([
    ['MQTT5-3.1.2-20: is sent when nothing else was for the Keep Alive', 5 as const],
    ['MQTT311-3.1.2-23: is sent when nothing else was for the Keep Alive', 4 as const],
  ])('%s', (_name, protocolVersion) => {
    const server = online({ protocolVersion, keepalive: 10 })
    expect(longestSilenceS(server, 100, () => undefined)).toBeLessThan(10)
    expect(server.connections).toBe(1)
  })

  it.each([
    ['MQTT5-3.1.2-20: is sent although much is received', 5 as const],
    ['MQTT311-3.1.2-23: is sent although much is received', 4 as const],
  ])('%s', (_name, protocolVersion) => {
    const server = online({ protocolVersion, keepalive: 10 })
    const silence = longestSilenceS(server, 100, () => server.publish('t', 'x'))
    expect(silence).toBeLessThan(10)
  })

  it('MQTT5-3.1.2-20: is sent although much QoS 0 is sent, to hear from the server', () => {
    const server = online({ keepalive: 10 })
    let pings = 0
    for (let i = 0; i < 60; i++) {
      server.client.publish('t', 'x')
      server.advance(1_000)
      if (server.takeOnly('pingreq').length > 0) {
        pings++
        server.send({ cmd: 'pingresp' })
      }
    }
    expect(pings).toBeGreaterThanOrEqual(3)
    expect(server.connections).toBe(1)
  })

  it('MQTT5-3.1.2-22: without an answer ends the connection in reasonable time', () => {
    const server = online({ keepalive: 10 })
    server.advance(30_000)
    expect(server.errors.at(0)).toMatchObject({ code: 'ERR_KEEPALIVE_TIMEOUT' })
    expect(server.connections).toBeGreaterThan(1)
  })

  it('MQTT5-3.12.4-1: is answered by any byte of a packet that is still coming', () => {
    const server = online({ keepalive: 10, packetBytesMax: 1 << 24 })
    // A PUBLISH of 1 MiB over a link of 1 KiB a second: no PINGRESP for a quarter of an hour.
    server.sendHex('30 858040 0001 74 00')
    for (let i = 0; i < 900; i++) {
      server.sendBytes(Buffer.alloc(1_000, 120))
      server.advance(1_000)
    }
    expect(server.connections).toBe(1)
    expect(server.errors).toEqual([])
  })

  it('MQTT5-3.12.4-1: behind a large upload is timed from when it left, not from before', () => {
    const server = new ScriptedServer({ keepalive: 10, pingTimeoutMs: 5_000 }, 1_000).accept()
    server.stall()
    for (let i = 0; i < 64; i++) server.client.publish('t', 'x'.repeat(16_384))
    // A chunk every four seconds: the ping waits behind minutes of bytes.
    let pings = 0
    for (let i = 0; i < 60; i++) {
      server.advance(4_000)
      server.drain()
      for (const { cmd } of server.take()) {
        if (cmd !== 'pingreq') continue
        pings++
        server.send({ cmd: 'pingresp' })
      }
    }
    expect(server.errors).toEqual([])
    expect(server.connections).toBe(1)
    expect(pings).toBeGreaterThan(0)
  })

  it('MQTT5-3.1.2-22: that cannot even leave ends the connection', () => {
    const server = new ScriptedServer({ keepalive: 10, pingTimeoutMs: 5_000 }, 1_000).accept()
    server.stall()
    server.client.publish('t', 'x'.repeat(100_000))
    server.advance(60_000)
    expect(server.connections).toBeGreaterThan(1)
  })

  it('MQTT5-3.1.2-20: is never sent with Keep Alive 0', () => {
    const server = online({ keepalive: 0 })
    server.advance(86_400_000)
    expect(server.take()).toEqual([])
    expect(server.connections).toBe(1)
  })
})

describe('Server Keep Alive', () => {
  it('MQTT5-3.1.2-21 MQTT5-3.2.2-21: wins over ours', () => {
    const server = online({ keepalive: 600 }, { properties: { serverKeepAlive: 5 } })
    expect(longestSilenceS(server, 60, () => undefined)).toBeLessThan(5)
    expect(server.client.capabilities?.keepalive).toBe(5)
  })

  it('MQTT5-3.2.2-21: 0 switches pings off', () => {
    const server = online({ keepalive: 5 }, { properties: { serverKeepAlive: 0 } })
    server.advance(600_000)
    expect(server.take()).toEqual([])
    expect(server.connections).toBe(1)
  })

  it('MQTT5-3.2.2-22: counts for its connection only', () => {
    const server = online({ keepalive: 100 }, { properties: { serverKeepAlive: 5 } })
    expect(server.reconnect()).toMatchObject({ keepalive: 100 })
    server.advance(60_000)
    expect(server.take()).toEqual([])
    expect(longestSilenceS(server, 200, () => undefined)).toBeLessThan(100)
  })

  it('MQTT311-3.1.2-24: is unknown before 5.0: ours is kept', () => {
    const server = online({ protocolVersion: 4, keepalive: 7 })
    expect(longestSilenceS(server, 60, () => undefined)).toBeLessThan(7)
  })
})
