// Something around each channel of a source: taps, announcements, gathering.

import type { ByteChannel } from '@motewire/sdk'
import type { ChannelSource } from './reopening-endpoint.ts'

/** The source, with what `wrap` makes of each of its channels. Everything else stays as it is. */
export function wrapSource(
  source: ChannelSource,
  wrap: (channel: ByteChannel) => ByteChannel,
): ChannelSource {
  const { name, detail } = source
  return {
    name,
    connect: () => wrap(source.connect()),
    ...(detail === undefined ? {} : { detail }),
    ...(source.isPresent === undefined ? {} : { isPresent: () => source.isPresent!() }),
    ...(source.control === undefined ? {} : { control: () => source.control!() }),
    ...(source.pendingBytes === undefined ? {} : { pendingBytes: () => source.pendingBytes!() }),
    ...(source.counts === undefined ? {} : { counts: () => source.counts!() }),
  }
}
