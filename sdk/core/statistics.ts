// What one session counted since it was made. Plain numbers, written where the things happen; the
// shell makes a readable value of them (statistics.ts beside the client).

export class SessionCounters {
  bytesSent = 0
  bytesReceived = 0
  /** PUBLISH packets of application messages, first transmissions only. */
  messagesSent = 0
  messagesReceived = 0
  /** QoS 1 and 2 messages that the server confirmed. */
  messagesConfirmed = 0
  /** PUBLISH and PUBREL packets sent again after a reconnect. */
  retransmits = 0
  pingsSent = 0
  connects = 0
  /** Connections that ended without our wish. */
  losses = 0
}
