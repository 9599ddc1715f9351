// Every normative statement of MQTT 3.1.1 (appendix B of the standard), in our own words. A line:
// number | whom it binds | what it demands | why no test of a client can show it
// (else empty) | why no test of a server can show it (else empty).

export const MQTT311_STATEMENTS = `
1.5.3-1 | both | Text is well-formed UTF-8 without surrogates; anything else closes.
1.5.3-2 | both | Text does not contain U+0000; it closes.
1.5.3-3 | both | U+FEFF is a character like any other: it is kept wherever it stands.
2.2.2-1 | both | Reserved flags of the fixed header have the value of the table.
2.2.2-2 | both | Wrong flags close the connection.
2.3.1-1 | both | SUBSCRIBE, UNSUBSCRIBE and PUBLISH above QoS 0 have a Packet Identifier that is not 0.
2.3.1-2 | client | A new packet of these types gets an identifier that is not in use.
2.3.1-3 | client | What is sent again keeps its identifier.
2.3.1-4 | server | The same holds for PUBLISH of a server.
2.3.1-5 | both | PUBLISH of QoS 0 has no Packet Identifier.
2.3.1-6 | both | PUBACK, PUBREC and PUBREL carry the identifier of their PUBLISH.
2.3.1-7 | server | SUBACK and UNSUBACK carry the identifier of what they answer.
3.1.0-1 | client | CONNECT is the first packet on a connection.
3.1.0-2 | server | A second CONNECT disconnects the client.
3.1.2-1 | server | A CONNECT with another protocol name is not processed by this standard.
3.1.2-2 | server | A protocol level that is not supported is answered with 0x01, then the connection closes.
3.1.2-3 | server | The reserved connect flag is checked to be 0.
3.1.2-4 | both | Clean Session 0 resumes or makes a session, which both sides keep after the connection.
3.1.2-5 | server | Messages for a session that is offline are kept.
3.1.2-6 | both | Clean Session 1 throws away any session and begins a new one.
3.1.2-7 | server | Retained messages outlive sessions.
3.1.2-8 | server | A will is stored and published when the connection ends without DISCONNECT.
3.1.2-9 | client | With the Will Flag, will topic and message stand in the payload.
3.1.2-10 | server | A will is removed once it is published or taken back.
3.1.2-11 | client | Without the Will Flag there are no will fields and the will flags are 0.
3.1.2-12 | server | Without the Will Flag no will is published.
3.1.2-13 | client | Without the Will Flag, Will QoS is 0.
3.1.2-14 | client | Will QoS is 0, 1 or 2, never 3.
3.1.2-15 | client | Without the Will Flag, Will Retain is 0.
3.1.2-16 | server | A will without Will Retain is published without RETAIN.
3.1.2-17 | server | A will with Will Retain is published with RETAIN.
3.1.2-18 | client | Without its flag there is no user name.
3.1.2-19 | client | With its flag there is a user name.
3.1.2-20 | client | Without its flag there is no password.
3.1.2-21 | client | With its flag there is a password.
3.1.2-22 | client | Without a user name there is no password.
3.1.2-23 | client | The interval between packets sent does not exceed the Keep Alive; PINGREQ fills it.
3.1.2-24 | server | A client that is silent for one and a half Keep Alives is disconnected.
3.1.3-1 | client | The fields of the payload stand in the order of the standard.
3.1.3-2 | both | The Client Identifier identifies the session.
3.1.3-3 | client | The Client Identifier is present and the first field of the payload.
3.1.3-4 | client | The Client Identifier is well-formed text.
3.1.3-5 | server | Identifiers of 1 to 23 letters and digits are accepted.
3.1.3-6 | server | An empty identifier, where allowed, is replaced by a unique one.
3.1.3-7 | client | An empty identifier goes with Clean Session 1.
3.1.3-8 | server | An empty identifier with Clean Session 0 is refused with 0x02.
3.1.3-9 | server | An identifier that is refused is answered with 0x02, then the connection closes.
3.1.3-10 | client | The will topic is well-formed text.
3.1.3-11 | client | The user name is well-formed text.
3.1.4-1 | server | A CONNECT that breaks the format closes the connection without CONNACK.
3.1.4-2 | server | A connection whose identifier connects again is closed.
3.1.4-3 | server | Clean Session is processed.
3.1.4-4 | server | A CONNECT that is accepted is answered with CONNACK 0.
3.1.4-5 | server | After a refusal nothing of the client is processed.
3.2.0-1 | server | CONNACK is the first packet of the server.
3.2.2-1 | server | After a clean session Session Present is 0.
3.2.2-2 | server | With a stored session Session Present is 1.
3.2.2-3 | server | Without a stored session Session Present is 0.
3.2.2-4 | server | A refusal has Session Present 0.
3.2.2-5 | server | A refusal is followed by the end of the connection.
3.2.2-6 | server | Without a fitting return code the connection closes without CONNACK.
3.3.1-1 | both | A PUBLISH that is sent again has DUP 1.
3.3.1-2 | both | DUP is 0 at QoS 0.
3.3.1-3 | both | DUP of an outgoing PUBLISH does not come from an incoming one.
3.3.1-4 | both | QoS 3 closes the connection.
3.3.1-5 | server | A retained PUBLISH is stored for later subscribers.
3.3.1-6 | server | A new subscription gets the last retained message of each topic.
3.3.1-7 | server | A retained QoS 0 message replaces what was retained.
3.3.1-8 | server | A message sent for a new subscription has RETAIN 1.
3.3.1-9 | server | A message sent for an old subscription has RETAIN 0.
3.3.1-10 | server | An empty retained message is forwarded and removes what was retained.
3.3.1-11 | server | An empty message is not retained.
3.3.1-12 | server | Without RETAIN nothing retained changes.
3.3.2-1 | both | The topic is the first field of a PUBLISH and well-formed text.
3.3.2-2 | both | The topic of a PUBLISH has no wildcards.
3.3.2-3 | server | What is forwarded matches a subscription of the client.
3.3.4-1 | both | A PUBLISH is answered as its QoS demands.
3.3.5-1 | server | With overlapping subscriptions the highest of their QoS counts.
3.3.5-2 | server | A PUBLISH that is not authorised is acknowledged all the same, or the connection closes.
3.6.1-1 | both | PUBREL has the flags 0010; anything else closes.
3.8.1-1 | both | SUBSCRIBE has the flags 0010; anything else closes.
3.8.3-1 | client | Topic Filters are well-formed text.
3.8.3-2 | server | A server without wildcards refuses filters that have them. |  | The broker has wildcards.
3.8.3-3 | client | SUBSCRIBE has at least one filter.
3.8.3-4 | both | Reserved bits and QoS 3 in SUBSCRIBE are malformed.
3.8.4-1 | server | SUBSCRIBE is answered with SUBACK.
3.8.4-2 | server | SUBACK has the Packet Identifier of SUBSCRIBE.
3.8.4-3 | server | An identical filter replaces the subscription and sends retained messages again.
3.8.4-4 | server | Several filters are treated as several SUBSCRIBEs with one answer.
3.8.4-5 | server | SUBACK has one return code for each filter: the granted QoS or the failure.
3.8.4-6 | server | Messages are sent with the lower of published and granted QoS.
3.9.3-1 | server | Return codes of SUBACK have the order of the filters.
3.9.3-2 | server | Return codes are 0, 1, 2 and 0x80.
3.10.1-1 | both | UNSUBSCRIBE has the flags 0010; anything else closes.
3.10.3-1 | client | The filters of UNSUBSCRIBE are well-formed text.
3.10.3-2 | client | UNSUBSCRIBE has at least one filter.
3.10.4-1 | server | Filters are compared byte by byte, and the matching subscription deleted.
3.10.4-2 | server | No new messages are added for it.
3.10.4-3 | server | Deliveries of QoS 1 and 2 that have begun are completed.
3.10.4-4 | server | UNSUBSCRIBE is answered with UNSUBACK of its identifier.
3.10.4-5 | server | UNSUBACK comes even if nothing was deleted.
3.10.4-6 | server | Several filters are treated as several UNSUBSCRIBEs with one answer.
3.12.4-1 | server | PINGREQ is answered with PINGRESP.
3.14.1-1 | server | Reserved flags of DISCONNECT are checked to be 0.
3.14.4-1 | client | The connection is closed after DISCONNECT.
3.14.4-2 | client | Nothing is sent after DISCONNECT.
3.14.4-3 | server | DISCONNECT discards the will.
4.1.0-1 | both | Session state is kept for the whole session.
4.1.0-2 | both | A session lasts at least as long as its connection.
4.3.1-1 | both | QoS 0 is sent with QoS 0 and DUP 0.
4.3.2-1 | both | The sender of QoS 1: unused identifier, DUP 0, unacknowledged until PUBACK.
4.3.2-2 | both | The receiver of QoS 1: PUBACK, then the identifier means a new message.
4.3.3-1 | both | The sender of QoS 2: PUBREL for PUBREC, and no PUBLISH after PUBREL.
4.3.3-2 | both | The receiver of QoS 2: PUBREC, one delivery until PUBREL, then PUBCOMP.
4.4.0-1 | both | What is unacknowledged is sent again when a session is resumed, with its identifiers.
4.5.0-1 | server | A message is added to the sessions with matching subscriptions.
4.5.0-2 | client | Every PUBLISH is acknowledged, whatever becomes of its message.
4.6.0-1 | client | PUBLISHes are sent again in their original order.
4.6.0-2 | client | PUBACKs are sent in the order of the PUBLISHes.
4.6.0-3 | client | PUBRECs are sent in the order of the PUBLISHes.
4.6.0-4 | client | PUBRELs are sent in the order of the PUBRECs.
4.6.0-5 | server | Topics are Ordered Topics by default.
4.6.0-6 | server | Messages of an Ordered Topic are forwarded in their order.
4.7.1-1 | both | Wildcards are for filters, not for topics.
4.7.1-2 | both | The multi-level wildcard is a whole level and the last one.
4.7.1-3 | both | The single-level wildcard is a whole level.
4.7.2-1 | server | A leading wildcard does not match topics that begin with $.
4.7.3-1 | both | Topics and filters have at least one character.
4.7.3-2 | both | Topics and filters do not contain U+0000.
4.7.3-3 | both | Topics and filters take 65,535 bytes at most.
4.7.3-4 | server | Matching normalises nothing.
4.8.0-1 | both | A protocol violation closes the connection.
4.8.0-2 | both | A passing error while a packet is processed closes the connection. | Nothing in the client can fail for a time: a full inbox pauses reading, and a handler that throws does so after the packet was processed. | Nothing in the broker fails for a time: what has no room is dropped and counted, and a disk that fails ends the broker.
6.0.0-1 | both | Over WebSocket packets travel in binary frames; any other closes.
6.0.0-2 | both | Packets and frames have nothing to do with each other.
6.0.0-3 | client | The client offers the subprotocol mqtt.
6.0.0-4 | server | The server chooses the subprotocol mqtt.
7.0.0-1 | server | A server that also dials out conforms as client and server. |  | The broker dials nobody.
7.0.0-2 | both | Nothing beyond the standard is needed to talk to others. | A property of the whole: the interop tests talk to brokers of others. | A property of the whole: the interop tests talk to clients of others.
7.1.1-1 | server | The transport of a server carries bytes in order and without loss.
7.1.2-1 | client | The transport of a client carries bytes in order and without loss.
`
