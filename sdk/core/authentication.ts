// Enhanced authentication of one connection [MQTT5 4.12]: which AUTH packet may come when, and what
// is answered. The mechanism itself (SCRAM, ...) is the application's or sdk/scram.ts. Pure.

import type { AuthPacket, ConnackPacket, ProtocolError } from '../codec/index.ts'

/**
 * One mechanism. Called again from the start for each connection and each re-authentication. What
 * `respond` throws ends the connection.
 */
export interface Authenticator {
  /** Authentication Method, as the mechanism is registered: `SCRAM-SHA-256`. */
  readonly method: string
  /** Authentication Data of CONNECT, or of the AUTH that begins a re-authentication. */
  start(): Uint8Array | undefined
  /**
   * Answers the server. `reasonCode` 0x18: it wants an answer; 0: it is satisfied, and the data (if
   * any) is its own proof; the answer is then ignored.
   */
  respond(data: Uint8Array | undefined, reasonCode: number): Uint8Array | undefined
}

/** Continue Authentication, Re-authenticate. */
const CONTINUE = 0x18
const AGAIN = 0x19

export type AuthStep =
  | { readonly fault: ProtocolError }
  | { readonly fault?: undefined; readonly answer?: AuthPacket }

export class Authentication {
  readonly #authenticator: Authenticator
  #isRunning = false

  constructor(authenticator: Authenticator) {
    this.#authenticator = authenticator
  }

  /** The properties that CONNECT carries. */
  begin(): { authenticationMethod: string; authenticationData?: Uint8Array } {
    this.#isRunning = true
    return this.#properties(this.#authenticator.start())
  }

  /** The packet that begins a re-authentication; undefined while one is under way. */
  beginAgain(): AuthPacket | undefined {
    if (this.#isRunning) return undefined
    return { type: 'auth', reasonCode: AGAIN, properties: this.begin() }
  }

  /** AUTH came from the server. */
  handleAuth({ reasonCode, properties }: AuthPacket, isOnline: boolean): AuthStep {
    const { method } = this.#authenticator
    const said = properties?.authenticationMethod
    // The method never changes during a connection [MQTT5-4.12.0-5].
    if (said !== method) return protocolFault(`AUTH names the method ${said}, not ${method}`)
    if (!this.#isRunning) return protocolFault('AUTH came unasked')
    if (reasonCode === CONTINUE) {
      return this.#run(() => {
        const data = this.#authenticator.respond(properties?.authenticationData, CONTINUE)
        return {
          answer: { type: 'auth', reasonCode: CONTINUE, properties: this.#properties(data) },
        }
      })
    }
    if (reasonCode !== 0 || !isOnline)
      return protocolFault(`AUTH carries reason code ${reasonCode}`)
    return this.#finish(properties?.authenticationData)
  }

  /** CONNACK accepted: the server's own proof may come with it. */
  handleConnack({ properties }: ConnackPacket): AuthStep {
    const { method } = this.#authenticator
    const said = properties?.authenticationMethod
    if (said !== method) {
      return protocolFault(`CONNACK names the method ${said}, not ${method}`)
    }
    return this.#finish(properties?.authenticationData)
  }

  #finish(data: Uint8Array | undefined): AuthStep {
    this.#isRunning = false
    return this.#run(() => {
      this.#authenticator.respond(data, 0)
      return {}
    })
  }

  /** The mechanism refuses by throwing: the server is not who it says. */
  #run(step: () => AuthStep): AuthStep {
    try {
      return step()
    } catch (error) {
      const { message } = error as Error
      return { fault: { reasonCode: 0x87, message: `authentication failed: ${message}` } }
    }
  }

  #properties(data: Uint8Array | undefined): {
    authenticationMethod: string
    authenticationData?: Uint8Array
  } {
    const authenticationMethod = this.#authenticator.method
    return data === undefined
      ? { authenticationMethod }
      : { authenticationMethod, authenticationData: data }
  }
}

function protocolFault(message: string): AuthStep {
  return { fault: { reasonCode: 0x82, message } }
}
