// The bounds of the console. What a browser, or a hostile page in it, can make the process hold is
// the sum of these: at worst 64 connections, each with a request of 1 MiB, 8 MQTT connections of
// the workbench with 16 MiB each, 8 recordings with as much, and 8 links with 4 MiB each and 1 MiB
// for a peer that does not read.

/** Event streams open at one time. Each holds one snapshot at most that waits for its reader. */
export const FEEDS_MAX = 16

/** Connections open at the same time; a browser holds six at most. */
export const CONNECTIONS_MAX = 64

/** Bytes of a request's body. A payload in hex takes two characters a byte. */
export const BODY_BYTES_MAX = 1_048_576

/** Snapshots that a stream may miss before it is taken for dead and closed. */
export const SKIPPED_MAX = 60

/** Rates of five minutes kept, one a second: 300 samples of 24 bytes. */
export const SAMPLES_MAX = 300

/** Rates of an hour kept, one in ten seconds: 9 KB. */
export const HOUR_SAMPLES_MAX = 360

/** Rates of a day kept, one a minute: 35 KB. */
export const DAY_SAMPLES_MAX = 1_440

/** Rates of a topic or client kept, one each way in ten seconds: five minutes. */
export const RECENT_RATES_MAX = 30

/** Topics of a virtual host, and again clients, whose rates are kept: 3.7 MB each at most. */
export const RATED_MAX = 10_000

/** Rows of a page of a table. */
export const ROWS_MAX = 500

/** Topics that are put in order; beyond them a table tells that it is partial. About 6 MB. */
export const SORTED_TOPICS_MAX = 20_000

/** Subscriptions of a client, or subscribers of a topic, that a detail lists. */
export const LISTED_MAX = 500

/** Bytes of a payload that a detail shows. */
export const PAYLOAD_BYTES_MAX = 65_536

/** Rows of the log of changes, about 200 bytes each. */
export const LOGGED_MAX = 500

/** Visitors signed in at the same time; the one signed in longest ago has to do it again. */
export const VISITORS_MAX = 64

/** Wrong sign-ins of one address in a minute. */
export const SIGN_IN_FAILURES_MAX = 10

/** Addresses whose wrong sign-ins are counted. */
export const SIGN_IN_ADDRESSES_MAX = 1_000

/** Characters of a search text. */
export const SEARCH_CHARS_MAX = 256

/** MQTT connections that the workbench holds. */
export const CONNECTIONS_HELD_MAX = 8

/** Filters of one of them. */
export const SUBSCRIPTIONS_HELD_MAX = 100

/** Messages that one of them keeps. */
export const KEPT_MESSAGES_MAX = 5_000

/** Packets in the packet log of one of them. */
export const KEPT_PACKETS_MAX = 2_000

/** Bytes of kept messages, and again of kept packets. */
export const KEPT_BYTES_MAX = 8_388_608

/** Topics that one of them remembers, about 200 bytes each. */
export const HEARD_TOPICS_MAX = 10_000

/** Levels of the topic tree in an answer. */
export const BRANCHES_MAX = 500

/** Recordings that the workbench keeps. */
export const RECORDINGS_MAX = 8

/** Messages of one of them. */
export const RECORDED_MESSAGES_MAX = 50_000

/** Bytes of one of them, topics and about 200 bytes a message included. */
export const RECORDED_BYTES_MAX = 16_777_216

/** Messages of a replay that wait for the broker. */
export const REPLAYS_IN_FLIGHT_MAX = 100

/** Devices of a fleet that a visitor starts. */
export const FLEET_DEVICES_MAX = 10_000

/** Devices on the map, about 100 bytes each in an answer. */
export const MAPPED_DEVICES_MAX = 5_000

/** Links, serial ports and sockets, that visitors hold open. */
export const LINKS_MAX = 8

/** Clients of one TCP server, or senders that one UDP socket remembers. */
export const LINK_PEERS_MAX = 32

/** Entries that the log of one link keeps. */
export const LINK_ENTRIES_MAX = 5_000

/** Bytes in the log of one link. */
export const LINK_LOG_BYTES_MAX = 4_194_304

/** Bytes that wait for one peer that does not read. */
export const WAITING_BYTES_MAX = 1_048_576

/** Rules of one link that answer by themselves. */
export const REPLY_RULES_MAX = 50

/** Bytes of the pattern or the reply of a rule. */
export const REPLY_BYTES_MAX = 1_024

/** Groups of an expression in a reply, each of at most EXPRESSION_BYTES_MAX bytes. */
export const REPLY_GROUPS_MAX = 16

/** Time that the regular expression of a rule may take on what came; then the rule is off. */
export const EXPRESSION_MS_MAX = 100

/** Bytes before the newest ones in which a regular expression is searched. */
export const EXPRESSION_BYTES_MAX = 1_024

/** Delayed replies of one link that wait; further ones are left out. */
export const REPLIES_WAITING_MAX = 100
