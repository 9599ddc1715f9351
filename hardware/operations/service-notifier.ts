// Tells systemd how the service is doing (sd_notify): ready, reloading, stopping, and a sign of
// life for its watchdog. The protocol is a datagram to a Unix socket, which Node cannot send, so
// the program systemd-notify of the systemd package does. It speaks as a child of ours, hence
// `NotifyAccess=all` in the unit. Outside of a service (no NOTIFY_SOCKET) nothing happens.
// Units: microseconds in the environment, milliseconds here.

import { spawn } from 'node:child_process'
import { Task } from '@motewire/sdk'
import type { Clock } from '@motewire/sdk'

export interface ServiceEnvironment {
  readonly [name: string]: string | undefined
}

export class ServiceNotifier {
  readonly #clock: Clock
  readonly #environment: ServiceEnvironment
  readonly #everyMs: number
  readonly #isAlive: () => boolean
  readonly #task = new Task((now) => this.#handleDue(now))

  /**
   * @param isAlive asked before each sign of life; when it answers false none is sent, and systemd
   * restarts the service.
   */
  constructor(clock: Clock, environment: ServiceEnvironment, isAlive: () => boolean = () => true) {
    this.#clock = clock
    this.#environment = environment
    this.#isAlive = isAlive
    const isOurs = [undefined, String(process.pid)].includes(environment['WATCHDOG_PID'])
    const limitUs = isOurs ? Number(environment['WATCHDOG_USEC'] ?? 0) : 0
    // Half of the limit, as sd_watchdog_enabled(3) recommends.
    this.#everyMs = Number.isFinite(limitUs) ? limitUs / 2_000 : 0
  }

  /** Ready to serve; from now on the watchdog hears of us. */
  ready(status: string): void {
    void this.#notify('READY=1', `STATUS=${status}`)
    if (this.#everyMs > 0) this.#schedule(this.#clock.now())
  }

  /** Settles when systemd has heard of it, so that it hears of `ready` later. */
  async reloading(): Promise<void> {
    // CLOCK_MONOTONIC, as systemd wants it with the state (Type=notify-reload).
    await this.#notify('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1_000n}`)
  }

  stopping(): void {
    this.#clock.cancel(this.#task)
    void this.#notify('STOPPING=1')
  }

  #handleDue(now: number): void {
    if (this.#isAlive()) void this.#notify('WATCHDOG=1')
    this.#schedule(now)
  }

  #schedule(now: number): void {
    this.#clock.schedule(now + this.#everyMs, this.#task)
  }

  /** Never rejects: a service without systemd-notify runs all the same, without the watchdog. */
  async #notify(...states: readonly string[]): Promise<void> {
    if (this.#environment['NOTIFY_SOCKET'] === undefined) return
    const program = spawn('systemd-notify', states, { env: this.#environment, stdio: 'ignore' })
    await new Promise<void>((resolve) => {
      program.once('error', () => resolve())
      program.once('exit', () => resolve())
    })
  }
}
