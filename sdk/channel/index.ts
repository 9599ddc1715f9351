// Byte channels: the contract and the links this package brings.
export type { ByteChannel, ChannelHandler } from './channel.ts'
export { MemoryChannel, memoryPipe } from './memory.ts'
export type { MemoryPipeOptions } from './memory.ts'
export { TcpChannel } from './tcp.ts'
export type { TcpAddress } from './tcp.ts'
