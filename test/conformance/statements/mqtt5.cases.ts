// Every normative statement of MQTT 5.0 (appendix B of the standard), in our own words. A line:
// number | whom it binds | what it demands | why no test of a client can show it
// (else empty) | why no test of a server can show it (else empty).

export const MQTT5_STATEMENTS = `
1.5.4-1 | both | Text is well-formed UTF-8 and encodes no surrogates.
1.5.4-2 | both | Text does not contain U+0000.
1.5.4-3 | both | U+FEFF is a character like any other: it is kept wherever it stands.
1.5.5-1 | both | A Variable Byte Integer has its shortest form.
1.5.7-1 | both | Both halves of a string pair are text by the rules of 1.5.4.
2.1.3-1 | both | Reserved flags of the fixed header have the value of the table.
2.2.1-2 | both | PUBLISH of QoS 0 has no Packet Identifier.
2.2.1-3 | client | A new SUBSCRIBE, UNSUBSCRIBE or PUBLISH above QoS 0 gets a Packet Identifier that is not 0 and not in use.
2.2.1-4 | server | A new PUBLISH above QoS 0 gets a Packet Identifier that is not 0 and not in use.
2.2.1-5 | both | PUBACK, PUBREC, PUBREL and PUBCOMP carry the Packet Identifier of their PUBLISH.
2.2.1-6 | server | SUBACK and UNSUBACK carry the Packet Identifier of what they answer.
2.2.2-1 | both | A packet without properties says so with a Property Length of 0.
3.1.0-1 | client | CONNECT is the first packet on a connection.
3.1.0-2 | server | A second CONNECT is a Protocol Error that closes the connection.
3.1.2-1 | both | The protocol name is MQTT; a server that refuses it may say 0x84 and closes.
3.1.2-2 | server | A version other than 5 that is refused may be answered with 0x84, then the connection closes.
3.1.2-3 | server | The reserved connect flag is checked to be 0.
3.1.2-4 | both | Clean Start 1 throws away any session and begins a new one.
3.1.2-5 | server | Clean Start 0 resumes a session that exists.
3.1.2-6 | server | Clean Start 0 makes a session where none exists.
3.1.2-7 | server | A will is stored with the session.
3.1.2-8 | server | The will is published after the connection ended, unless it was taken back.
3.1.2-9 | client | With the Will Flag, will properties, topic and payload stand in the payload.
3.1.2-10 | server | A will is removed once it is published or taken back.
3.1.2-11 | client | Without the Will Flag, Will QoS is 0.
3.1.2-12 | client | Will QoS is 0, 1 or 2, never 3.
3.1.2-13 | client | Without the Will Flag, Will Retain is 0.
3.1.2-14 | server | A will without Will Retain is published without RETAIN.
3.1.2-15 | server | A will with Will Retain is published with RETAIN.
3.1.2-16 | client | Without its flag there is no user name.
3.1.2-17 | client | With its flag there is a user name.
3.1.2-18 | client | Without its flag there is no password.
3.1.2-19 | client | With its flag there is a password.
3.1.2-20 | client | A PINGREQ is sent when nothing else was for the Keep Alive.
3.1.2-21 | client | A Server Keep Alive is used instead of our own.
3.1.2-22 | server | A client that is silent for one and a half Keep Alives is disconnected.
3.1.2-23 | both | With a session expiry above 0 the session outlives the connection.
3.1.2-24 | server | No packet above the client's Maximum Packet Size is sent to it.
3.1.2-25 | server | A message that is too large for a client is dropped as if it had been delivered.
3.1.2-26 | server | No topic alias above the client's maximum is sent to it.
3.1.2-27 | server | No topic alias is sent to a client that allowed none.
3.1.2-28 | server | Response Information is sent only to a client that asked for it.
3.1.2-29 | server | Without Request Problem Information, only PUBLISH, CONNACK and DISCONNECT explain themselves.
3.1.2-30 | client | With an authentication method, only AUTH and DISCONNECT are sent before CONNACK.
3.1.3-1 | client | The fields of the payload stand in the order of the standard.
3.1.3-2 | both | The Client Identifier identifies the session.
3.1.3-3 | client | The Client Identifier is present and the first field of the payload.
3.1.3-4 | client | The Client Identifier is well-formed text.
3.1.3-5 | server | Identifiers of 1 to 23 letters and digits are accepted.
3.1.3-6 | server | An empty identifier, where allowed, is replaced by a unique one.
3.1.3-7 | server | That identifier is used from there on and told in CONNACK.
3.1.3-8 | server | An identifier that is refused may be answered with 0x85, then the connection closes. |  | The broker refuses no well-formed identifier.
3.1.3-9 | server | A will is not sent when the client is back before the Will Delay ended.
3.1.3-10 | server | The order of the will's user properties is kept.
3.1.3-11 | client | The will topic is well-formed text.
3.1.3-12 | client | The user name is well-formed text.
3.1.4-1 | server | A CONNECT that breaks the format closes the connection.
3.1.4-2 | server | A CONNECT that is not authorised closes the connection.
3.1.4-3 | server | A connection whose identifier connects again is told 0x8E and closed.
3.1.4-4 | server | Clean Start is processed.
3.1.4-5 | server | A CONNECT that is accepted is answered with CONNACK 0x00.
3.1.4-6 | server | After a refusal nothing of the client is processed.
3.2.0-1 | server | Nothing but AUTH is sent before a CONNACK with success.
3.2.0-2 | server | One CONNACK at most is sent on a connection.
3.2.2-1 | server | Reserved flags of CONNACK are 0.
3.2.2-2 | server | After a clean start Session Present is 0.
3.2.2-3 | server | Without a clean start Session Present says whether there is a session.
3.2.2-4 | client | Session Present 1 without a session of ours closes the connection.
3.2.2-5 | client | Session Present 0 throws away the session of ours.
3.2.2-6 | server | A refusal has Session Present 0.
3.2.2-7 | server | A refusal of 0x80 or more is followed by the end of the connection.
3.2.2-8 | server | The reason code is one of CONNACK's.
3.2.2-9 | server | A server without QoS 1 or 2 says so with Maximum QoS.
3.2.2-10 | server | Such a server takes subscriptions of any QoS all the same.
3.2.2-11 | client | No PUBLISH above Maximum QoS is sent.
3.2.2-12 | server | A will above the server's QoS is refused, with 0x9B.
3.2.2-13 | server | A retained will is refused with 0x9A where nothing is retained.
3.2.2-14 | client | No RETAIN is sent where Retain Available is 0.
3.2.2-15 | client | No packet above the server's Maximum Packet Size is sent.
3.2.2-16 | server | An empty identifier is answered with a new Assigned Client Identifier.
3.2.2-17 | client | No topic alias above the server's maximum is sent.
3.2.2-18 | client | No topic alias is sent where the maximum is absent or 0.
3.2.2-19 | server | A Reason String that makes CONNACK too large is left out.
3.2.2-20 | server | User Properties that make CONNACK too large are left out. |  | The broker never puts User Properties into CONNACK.
3.2.2-21 | client | A Server Keep Alive in CONNACK is used instead of our own.
3.2.2-22 | server | Without it the client's Keep Alive counts.
3.3.1-1 | both | A PUBLISH that is sent again has DUP 1.
3.3.1-2 | both | DUP is 0 at QoS 0.
3.3.1-3 | both | DUP of an outgoing PUBLISH does not come from an incoming one.
3.3.1-4 | both | No PUBLISH has QoS 3.
3.3.1-5 | server | A retained PUBLISH replaces what was retained.
3.3.1-6 | server | An empty payload is forwarded and removes what was retained.
3.3.1-7 | server | An empty payload is not retained.
3.3.1-8 | server | Without RETAIN nothing retained changes.
3.3.1-9 | server | Retain Handling 0: retained messages are sent.
3.3.1-10 | server | Retain Handling 1: retained messages are sent for a new subscription only.
3.3.1-11 | server | Retain Handling 2: retained messages are not sent.
3.3.1-12 | server | Without Retain As Published, forwarded messages have RETAIN 0.
3.3.1-13 | server | With Retain As Published, forwarded messages keep RETAIN.
3.3.2-1 | both | The topic is the first field of a PUBLISH and well-formed text.
3.3.2-2 | both | The topic of a PUBLISH has no wildcards.
3.3.2-3 | server | What is forwarded matches a subscription of the client.
3.3.2-4 | server | Payload Format Indicator is forwarded unchanged.
3.3.2-5 | server | A message that expired in the server is deleted.
3.3.2-6 | server | Message Expiry Interval is forwarded less the time of waiting.
3.3.2-7 | both | Topic aliases do not outlive a connection.
3.3.2-8 | both | No topic alias is 0.
3.3.2-9 | client | No topic alias above the server's maximum is sent.
3.3.2-10 | client | All topic aliases up to our own maximum are accepted.
3.3.2-11 | server | No topic alias above the client's maximum is sent.
3.3.2-12 | server | All topic aliases up to the server's own maximum are accepted.
3.3.2-13 | both | The Response Topic is well-formed text.
3.3.2-14 | both | The Response Topic has no wildcards.
3.3.2-15 | server | The Response Topic is forwarded unchanged.
3.3.2-16 | server | Correlation Data is forwarded unchanged.
3.3.2-17 | server | User Properties are forwarded unchanged.
3.3.2-18 | server | User Properties are forwarded in their order.
3.3.2-19 | both | The Content Type is well-formed text.
3.3.2-20 | server | The Content Type is forwarded unchanged.
3.3.4-1 | both | A PUBLISH is answered as its QoS demands.
3.3.4-2 | server | With overlapping subscriptions the highest of their QoS counts.
3.3.4-3 | server | Subscription Identifiers of matching subscriptions are sent.
3.3.4-4 | server | One copy carries all of them.
3.3.4-5 | server | Several copies carry one each.
3.3.4-6 | client | A PUBLISH to the server has no Subscription Identifier.
3.3.4-7 | client | No more PUBLISHes than the server's Receive Maximum are open.
3.3.4-8 | client | Nothing but PUBLISH waits for the Receive Maximum.
3.3.4-9 | server | No more PUBLISHes than the client's Receive Maximum are open.
3.3.4-10 | server | Nothing but PUBLISH waits for the client's Receive Maximum.
3.4.2-1 | both | PUBACK has a reason code of its table.
3.4.2-2 | both | A Reason String that makes PUBACK too large is left out. | The client never puts a Reason String into PUBACK. | The broker never puts a Reason String into PUBACK.
3.4.2-3 | both | User Properties that make PUBACK too large are left out. | The client never puts User Properties into PUBACK. | The broker never puts User Properties into PUBACK.
3.5.2-1 | both | PUBREC has a reason code of its table.
3.5.2-2 | both | A Reason String that makes PUBREC too large is left out. | The client never puts a Reason String into PUBREC. | The broker never puts a Reason String into PUBREC.
3.5.2-3 | both | User Properties that make PUBREC too large are left out. | The client never puts User Properties into PUBREC. | The broker never puts User Properties into PUBREC.
3.6.1-1 | both | PUBREL has the flags 0010; anything else closes.
3.6.2-1 | both | PUBREL has a reason code of its table.
3.6.2-2 | both | A Reason String that makes PUBREL too large is left out. | The client never puts a Reason String into PUBREL. | The broker never puts a Reason String into PUBREL.
3.6.2-3 | both | User Properties that make PUBREL too large are left out. | The client never puts User Properties into PUBREL. | The broker never puts User Properties into PUBREL.
3.7.2-1 | both | PUBCOMP has a reason code of its table.
3.7.2-2 | both | A Reason String that makes PUBCOMP too large is left out. | The client never puts a Reason String into PUBCOMP. | The broker never puts a Reason String into PUBCOMP.
3.7.2-3 | both | User Properties that make PUBCOMP too large are left out. | The client never puts User Properties into PUBCOMP. | The broker never puts User Properties into PUBCOMP.
3.8.1-1 | both | SUBSCRIBE has the flags 0010; anything else closes.
3.8.3-1 | client | Topic Filters are well-formed text.
3.8.3-2 | client | SUBSCRIBE has at least one filter with its options.
3.8.3-3 | server | With No Local, nothing comes back to the connection that published it.
3.8.3-4 | client | No Local is not set for a shared subscription.
3.8.3-5 | server | Reserved bits of subscription options make SUBSCRIBE malformed.
3.8.4-1 | server | SUBSCRIBE is answered with SUBACK.
3.8.4-2 | server | SUBACK has the Packet Identifier of SUBSCRIBE.
3.8.4-3 | server | An identical filter replaces the subscription.
3.8.4-4 | server | With Retain Handling 0 such a replacement sends retained messages again, and loses none.
3.8.4-5 | server | Several filters are treated as several SUBSCRIBEs with one answer.
3.8.4-6 | server | SUBACK has one reason code for each filter.
3.8.4-7 | server | The reason code is the granted QoS or the failure.
3.8.4-8 | server | Messages are sent with the lower of published and granted QoS.
3.9.2-1 | server | A Reason String that makes SUBACK too large is left out. |  | The broker never puts a Reason String into SUBACK.
3.9.2-2 | server | User Properties that make SUBACK too large are left out. |  | The broker never puts User Properties into SUBACK.
3.9.3-1 | server | Reason codes of SUBACK have the order of the filters.
3.9.3-2 | server | SUBACK has reason codes of its table.
3.10.1-1 | both | UNSUBSCRIBE has the flags 0010; anything else closes.
3.10.3-1 | client | The filters of UNSUBSCRIBE are well-formed text.
3.10.3-2 | client | UNSUBSCRIBE has at least one filter.
3.10.4-1 | server | Filters are compared character by character, and the matching subscription deleted.
3.10.4-2 | server | No new messages are added for it.
3.10.4-3 | server | Deliveries of QoS 1 and 2 that have begun are completed.
3.10.4-4 | server | UNSUBSCRIBE is answered with UNSUBACK.
3.10.4-5 | server | UNSUBACK has the Packet Identifier of UNSUBSCRIBE, and comes even if nothing was deleted.
3.10.4-6 | server | Several filters are treated as several UNSUBSCRIBEs with one answer.
3.11.2-1 | server | A Reason String that makes UNSUBACK too large is left out. |  | The broker never puts a Reason String into UNSUBACK.
3.11.2-2 | server | User Properties that make UNSUBACK too large are left out. |  | The broker never puts User Properties into UNSUBACK.
3.11.3-1 | server | Reason codes of UNSUBACK have the order of the filters.
3.11.3-2 | server | UNSUBACK has reason codes of its table.
3.12.4-1 | server | PINGREQ is answered with PINGRESP.
3.14.0-1 | server | DISCONNECT is not sent before a CONNACK with success.
3.14.1-1 | both | Reserved flags of DISCONNECT are checked; others than 0 are malformed.
3.14.2-1 | both | DISCONNECT has a reason code of its table.
3.14.2-2 | server | DISCONNECT of a server has no Session Expiry Interval.
3.14.2-3 | both | A Reason String that makes DISCONNECT too large is left out.
3.14.2-4 | both | User Properties that make DISCONNECT too large are left out. |  | The broker never puts User Properties into DISCONNECT.
3.14.4-1 | both | Nothing is sent after DISCONNECT.
3.14.4-2 | both | The connection is closed after DISCONNECT.
3.14.4-3 | server | DISCONNECT 0x00 discards the will.
3.15.1-1 | both | Reserved flags of AUTH are checked; others than 0 are malformed.
3.15.2-1 | both | AUTH has a reason code of its table.
3.15.2-2 | both | A Reason String that makes AUTH too large is left out. | The client never puts a Reason String into AUTH. | The broker never puts a Reason String into AUTH.
3.15.2-3 | both | User Properties that make AUTH too large are left out. | The client never puts User Properties into AUTH. | The broker never puts User Properties into AUTH.
4.1.0-1 | both | The session is not thrown away while the connection stands.
4.1.0-2 | server | The session is thrown away when it has expired after the connection.
4.2-1 | both | The transport carries bytes in order and without loss, both ways.
4.3.1-1 | both | QoS 0 is sent with QoS 0 and DUP 0.
4.3.2-1 | both | A new QoS 1 message gets an unused Packet Identifier.
4.3.2-2 | both | It is sent with that identifier, QoS 1 and DUP 0.
4.3.2-3 | both | It is unacknowledged until its PUBACK came.
4.3.2-4 | both | A QoS 1 message is answered with PUBACK of its identifier.
4.3.2-5 | both | After PUBACK the identifier means a new message, whatever DUP says.
4.3.3-1 | both | A new QoS 2 message gets an unused Packet Identifier.
4.3.3-2 | both | It is sent with that identifier, QoS 2 and DUP 0.
4.3.3-3 | both | It is unacknowledged until its PUBREC came.
4.3.3-4 | both | PUBREC below 0x80 is answered with PUBREL of the same identifier.
4.3.3-5 | both | PUBREL is unacknowledged until its PUBCOMP came.
4.3.3-6 | both | PUBLISH is not sent again once PUBREL was sent.
4.3.3-7 | both | Expiry does not apply once PUBLISH was sent.
4.3.3-8 | both | A QoS 2 message is answered with PUBREC of its identifier.
4.3.3-9 | both | After PUBREC of 0x80 or more the identifier means a new message.
4.3.3-10 | both | Until PUBREL the same identifier is answered with PUBREC and not delivered again.
4.3.3-11 | both | PUBREL is answered with PUBCOMP of the same identifier.
4.3.3-12 | both | After PUBCOMP the identifier means a new message.
4.3.3-13 | both | Expiry does not stop the exchange of acknowledgements.
4.4.0-1 | both | What is unacknowledged is sent again when a session is resumed, with its identifiers, and at no other time.
4.4.0-2 | both | PUBACK or PUBREC of 0x80 or more ends the delivery: nothing is sent again.
4.5.0-1 | server | A message is added to the sessions with matching subscriptions.
4.5.0-2 | client | Every PUBLISH is acknowledged, whatever becomes of its message.
4.6.0-1 | client | PUBLISHes are sent again in their original order.
4.6.0-2 | client | PUBACKs are sent in the order of the PUBLISHes.
4.6.0-3 | client | PUBRECs are sent in the order of the PUBLISHes.
4.6.0-4 | client | PUBRELs are sent in the order of the PUBRECs.
4.6.0-5 | server | Messages of an Ordered Topic are forwarded in their order.
4.6.0-6 | server | Topics are Ordered Topics by default.
4.7.0-1 | both | Wildcards are for filters, not for topics.
4.7.1-1 | both | The multi-level wildcard is a whole level and the last one.
4.7.1-2 | both | The single-level wildcard is a whole level.
4.7.2-1 | server | A leading wildcard does not match topics that begin with $.
4.7.3-1 | both | Topics and filters have at least one character.
4.7.3-2 | both | Topics and filters do not contain U+0000.
4.7.3-3 | both | Topics and filters take 65,535 bytes at most.
4.7.3-4 | server | Matching normalises nothing.
4.8.2-1 | client | A shared subscription begins with $share/ and a name.
4.8.2-2 | client | The share name has no wildcards, and a filter behind it.
4.8.2-3 | server | The granted QoS of a shared subscription is kept.
4.8.2-4 | server | A QoS 2 delivery that broke is completed to the same client.
4.8.2-5 | server | It is not given to another client when the session ended.
4.8.2-6 | server | A message that one subscriber refused goes to no other.
4.9.0-1 | both | The send quota begins with the Receive Maximum at most, and above 0.
4.9.0-2 | both | At a quota of 0 no PUBLISH above QoS 0 is sent.
4.9.0-3 | both | At a quota of 0 everything else goes on.
4.12.0-1 | server | A method that is not supported closes the connection.
4.12.0-2 | server | A challenge is AUTH with 0x18.
4.12.0-3 | client | Its answer is AUTH with 0x18.
4.12.0-4 | server | A refusal closes the connection.
4.12.0-5 | both | All AUTH and a successful CONNACK name the method of CONNECT.
4.12.0-6 | server | Without a method in CONNECT there is none in CONNACK and no AUTH.
4.12.0-7 | client | Without a method in CONNECT no AUTH is sent.
4.12.1-1 | client | Re-authentication begins with AUTH 0x19 and the same method.
4.12.1-2 | both | When it fails the connection is closed.
4.13.1-1 | server | A malformed packet or Protocol Error closes the connection.
4.13.2-1 | both | A reason code of 0x80 or more in CONNACK or DISCONNECT closes the connection, sent or not.
6.0.0-1 | both | Over WebSocket packets travel in binary frames; any other closes.
6.0.0-2 | both | Packets and frames have nothing to do with each other.
6.0.0-3 | client | The client offers the subprotocol mqtt.
6.0.0-4 | server | The server chooses the subprotocol mqtt.
`
