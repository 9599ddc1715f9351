// Any Node Duplex as a byte channel: an SSH stream, a modem's port, one half of a pair. Bytes are
// copied on their way in, because such a stream may hand on by reference what it is given.

import type { Duplex } from 'node:stream'
import { UsageError } from '../errors.ts'
import { StreamChannel } from './stream-channel.ts'

export class DuplexChannel extends StreamChannel {
  /**
   * Takes the stream over: nobody else may read, write or end it from now on.
   * @throws UsageError ERR_OPTION_INVALID for a stream of objects or text.
   */
  constructor(stream: Duplex, name = 'duplex') {
    if (stream.readableObjectMode || stream.writableObjectMode || stream.readableEncoding) {
      throw new UsageError('ERR_OPTION_INVALID', `the stream of ${name} does not carry bytes`)
    }
    super(name, stream, { copies: true })
  }
}

/** The channel of a stream that is open already, for the option `openChannel`. */
export function fromDuplex(stream: Duplex, name?: string): DuplexChannel {
  return new DuplexChannel(stream, name)
}
