// A serial port for a person to look at and to type to: opened anew after each loss, as in a
// bridge, with taps that show what passes, and nobody at the other end.

import { isOpen } from '../bridge/endpoint.ts'
import type { EndpointSnapshot } from '../bridge/endpoint.ts'
import { NoticeReporter } from '../bridge/notice.ts'
import type { BridgeNotice } from '../bridge/notice.ts'
import { ReopeningEndpoint } from '../bridge/reopening-endpoint.ts'
import type { ChannelSource } from '../bridge/reopening-endpoint.ts'
import { timingOf } from '../bridge/timing.ts'
import type { BridgeTiming } from '../bridge/timing.ts'
import { tapSource } from '../tap/tap.ts'
import type { Tap } from '../tap/tap.ts'

export interface MonitorOptions extends BridgeTiming {
  readonly port: ChannelSource
  readonly taps: readonly Tap[]
  readonly handleNotice?: (notice: BridgeNotice) => void
  /** The port takes bytes: it has been opened, or has room again. */
  readonly handleReady?: () => void
}

export class PortMonitor {
  readonly #port: ReopeningEndpoint
  readonly #taps: readonly Tap[]

  /** @throws UsageError `ERR_OPTION_INVALID` when a number is outside of its range. */
  constructor(options: MonitorOptions) {
    const { port, taps, handleReady } = options
    const reporter = new NoticeReporter(options.handleNotice)
    this.#taps = taps
    this.#port = new ReopeningEndpoint(
      tapSource(port, taps),
      {
        handleState: (state, error) => {
          reporter.report('port', port, state, error)
          if (isOpen(state)) handleReady?.()
        },
        handleBytes: () => {},
        handleDrain: () => handleReady?.(),
      },
      timingOf(options),
    )
  }

  /** An absent port is waited for. */
  start(): void {
    this.#port.start()
  }

  /**
   * As ByteChannel.write: after false, no more before `handleReady`. While the port is away, the
   * bytes are dropped, and it answers false.
   */
  write(bytes: Uint8Array): boolean {
    return isOpen(this.#port.state) && this.#port.write(bytes)
  }

  /** Closes the port, then the taps. */
  async stop(): Promise<void> {
    await this.#port.stop()
    await Promise.all(this.#taps.map((tap) => tap.close()))
  }

  snapshot(): EndpointSnapshot {
    return this.#port.snapshot()
  }
}
