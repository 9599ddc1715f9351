// Serves the figures of what runs at http://127.0.0.1:PORT/metrics for Prometheus. Loopback
// only, reads only: who scrapes from another machine puts a proxy in front. It does not know what
// they are.

import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MotewireError } from '@motewire/sdk/errors'
import { PROMETHEUS_TYPE } from './prometheus.ts'

export class MetricsServer {
  readonly #server: Server

  /** @param read the figures of this moment, as Prometheus text. */
  constructor(read: () => string) {
    this.#server = createServer((request, response) => {
      const isKnown = request.url === '/metrics' && /^(GET|HEAD)$/.test(request.method ?? '')
      response.statusCode = isKnown ? 200 : 404
      response.setHeader('content-type', isKnown ? PROMETHEUS_TYPE : 'text/plain')
      response.setHeader('cache-control', 'no-store')
      response.end(isKnown ? read() : 'only /metrics is here\n')
    })
  }

  /**
   * @param port 0 takes a free one.
   * @returns the address to scrape.
   * @throws MotewireError `ERR_METRICS_LISTEN` when the port cannot be had.
   */
  async start(port: number): Promise<string> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject)
        this.#server.listen(port, '127.0.0.1', resolve)
      })
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      const why = code === 'EADDRINUSE' ? 'it is in use' : message
      const text = `metrics cannot be served on port ${port}: ${why}`
      throw new MotewireError('ERR_METRICS_LISTEN', text, { cause: error })
    }
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/metrics`
  }

  /** Scrapers keep connections open: they are ended. */
  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }
}
