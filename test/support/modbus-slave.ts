// A Modbus RTU slave at the far end of a pseudo-terminal, written from the standard and not from
// our code: registers and coils in maps, a bitwise CRC, answers to functions 1 to 6 and 16.

import { closeSync, constants, openSync } from 'node:fs'
import { once } from 'node:events'
import { ReadStream } from 'node:tty'

export class ModbusSlave {
  readonly registers: Map<number, number> = new Map()
  readonly coils: Map<number, boolean> = new Map()
  readonly #unit: number
  readonly #stream: ReadStream
  #held = Buffer.alloc(0)
  /** While true, requests are read and not answered. */
  isDeaf = false
  /** The next answers that leave with a wrong CRC. */
  damaged = 0
  requests = 0

  constructor(path: string, unit: number) {
    this.#unit = unit
    const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants
    const fd = openSync(path, O_RDWR | O_NOCTTY | O_NONBLOCK)
    this.#stream = new ReadStream(fd)
    closeSync(fd)
    this.#stream.on('error', () => {})
    this.#stream.on('data', (chunk: Buffer) => this.#take(chunk))
  }

  async close(): Promise<void> {
    const closed = once(this.#stream, 'close')
    this.#stream.destroy()
    await closed
  }

  #take(chunk: Buffer): void {
    this.#held = Buffer.concat([this.#held, chunk])
    for (;;) {
      const length = this.#held[1] === 16 ? 9 + (this.#held[6] ?? 256) : 8
      if (this.#held.length < length) return
      const request = this.#held.subarray(0, length)
      this.#held = this.#held.subarray(length)
      this.requests++
      if (crc(request) === 0 && request[0] === this.#unit && !this.isDeaf) this.#answer(request)
    }
  }

  #answer(request: Buffer): void {
    const body = Buffer.from([this.#unit, ...this.#pdu(request)])
    const check = crc(body) ^ (this.damaged > 0 ? 1 : 0)
    if (this.damaged > 0) this.damaged--
    this.#stream.write(Buffer.from([...body, check & 0xff, check >> 8]))
  }

  #pdu(request: Buffer): number[] {
    const code = request[1]!
    const address = request.readUInt16BE(2)
    const count = request.readUInt16BE(4)
    if (code === 1 || code === 2) return [code, 1, Number(this.coils.get(address) ?? false)]
    if (code === 3 || code === 4) {
      const values = Array.from({ length: count }, (_, index) =>
        this.registers.get(address + index),
      )
      // Illegal data address.
      if (values.includes(undefined)) return [code | 0x80, 2]
      return [code, 2 * count, ...values.flatMap((value) => [value! >> 8, value! & 0xff])]
    }
    if (code === 5) this.coils.set(address, count === 0xff00)
    else if (code === 6) this.registers.set(address, count)
    else if (code === 16) {
      for (let index = 0; index < count; index++) {
        this.registers.set(address + index, request.readUInt16BE(7 + 2 * index))
      }
    } else return [code | 0x80, 1]
    return [code, ...request.subarray(2, 6)]
  }
}

/** Over a frame with its CRC it is 0. */
function crc(bytes: Uint8Array): number {
  let value = 0xffff
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >> 1) ^ 0xa001 : value >> 1
  }
  return value
}
