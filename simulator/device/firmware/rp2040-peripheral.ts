// A read-only peripheral for rp2040js: what its registers read is a function of their offset.

export interface Rp2040Peripheral {
  readUint32(offset: number): number
  writeUint32(offset: number, value: number): void
  writeUint32Atomic(offset: number, value: number, atomicType: number): void
}

export function makePeripheral(read: (offset: number) => number): Rp2040Peripheral {
  return { readUint32: read, writeUint32: () => {}, writeUint32Atomic: () => {} }
}
