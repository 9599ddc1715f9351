// The CONNECT of a device with the bridge's own say: credentials that never travel on the line, a
// client identifier that hangs on the port. What is not named stays as the device said it.

import { encodePacket, PacketDecoder } from '@motewire/sdk/codec'
import type { ConnectPacket } from '@motewire/sdk/codec'

export interface ConnectRewrite {
  readonly clientId?: string
  readonly username?: string
  readonly password?: string
}

/** Answers the packet itself when it cannot be read; the broker then says what is wrong with it. */
export function rewriteConnect(packet: Uint8Array, rewrite: ConnectRewrite): Uint8Array {
  const connect = readConnect(packet)
  if (connect === undefined) return packet
  return encodePacket({ ...connect, ...rewrite }, connect.protocolVersion)
}

function readConnect(packet: Uint8Array): ConnectPacket | undefined {
  let connect: ConnectPacket | undefined
  const decoder = new PacketDecoder('server', {
    handlePublish: () => {},
    handleAck: () => {},
    handlePing: () => {},
    handlePacket: (control) => {
      if (control.type === 'connect') connect = control
    },
  })
  decoder.feed(packet)
  return connect
}
