/* An MQTT 3.1.1 client for a serial line: C99, no malloc, no stdio, no clock of its own.
 *
 * Publishes at QoS 0 and 1, receives at QoS 0 and 1, has a will and keeps the connection alive.
 * Packets are written byte by byte, so there is no transmit buffer; the receive buffer is yours. A
 * serial line has no connection to lose: when the server is silent the client says CONNECT again,
 * which the motewire bridge takes for a new connection.
 *
 * It does not know UARTs, framings or interrupts. All calls come from one place (the main loop),
 * callbacks are made from inside mw_feed, mw_handle_frame and mw_tick.
 */
#ifndef MW_MQTT_H
#define MW_MQTT_H

#include <stdint.h>

#include "mw_sink.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Length of what is received: a byte where memory is short. */
#ifdef __AVR__
typedef uint8_t mw_length;
#else
typedef uint16_t mw_length;
#endif

/* Connect flags (3.1.2.3 to 3.1.2.9): what you want, and which texts there are. */
enum {
  MW_CLEAN_SESSION = 0x02,
  MW_HAS_WILL = 0x04,
  MW_WILL_QOS1 = 0x08,
  MW_WILL_RETAIN = 0x20,
  MW_HAS_PASSWORD = 0x40,
  MW_HAS_USER = 0x80
};

/* Flags of a message. */
enum { MW_QOS0 = 0x00, MW_QOS1 = 0x02, MW_RETAIN = 0x01 };

/* OFFLINE: waits to say CONNECT; GREETING: waits for CONNACK; ONLINE. */
enum { MW_OFFLINE, MW_GREETING, MW_ONLINE };

typedef struct mw_mqtt mw_mqtt;

/* A message to publish. At QoS 1 it is borrowed until it is confirmed: neither change it nor let it
 * go while it is `pending`. It is sent again until then. */
typedef struct {
  const char *topic;
  const void *payload;
  uint16_t length;
  uint8_t flags;
} mw_message;

struct mw_mqtt {
  mw_sink *sink;
  /* Receive buffer: the longest packet without its fixed header. Longer ones are skipped. */
  uint8_t *rx;
  mw_length rx_size;
  uint8_t connect_flags;
  /* Seconds, 0 switches it off. */
  uint8_t keepalive_s;
  /* C strings in the order of the standard (3.1.3), ended by NULL: client identifier, will topic,
   * will message, user name, password; as many of them as the connect flags say. */
  const char *const *texts;
  /* CONNACK said yes. Subscribe here. */
  void (*handle_online)(mw_mqtt *mqtt, uint8_t session_present);
  /* A message; topic is a C string, both are valid during the call only. It is confirmed after
   * the call. Needed by those who subscribe. */
  void (*handle_message)(mw_mqtt *mqtt, const char *topic, const uint8_t *payload,
                         mw_length length);
  /* The one QoS 1 message that is not confirmed, or NULL. Read only. */
  mw_message *pending;
  /* Read only. */
  uint8_t state;

  /* The rest is the client's own. */
  uint8_t rx_phase, rx_head;
  mw_length rx_count;
  uint16_t rx_remaining;
  uint8_t tx_head, is_counting;
  uint16_t tx_count;
  const mw_message *tx_message;
  uint8_t tx_id_high, tx_id_low, pending_id_low, subscribe_id_low;
  /* Whether an answer must come before the countdown has run out. */
  uint8_t is_due, wait_s;
};

/* Fill in the upper part of a zeroed struct, then say CONNECT. Also to be called when
 * the line is known to be new, for instance after a long sleep. */
void mw_connect(mw_mqtt *mqtt);

/* Bytes from a line without framing. */
void mw_feed(mw_mqtt *mqtt, uint8_t byte);

/* A whole packet from a line with framing. The frame's buffer may be `rx` itself: what is read is
 * always ahead of what is written. */
void mw_handle_frame(mw_mqtt *mqtt, const uint8_t *frame, uint16_t length);

/* Time has passed: call it about once a second with the whole seconds since the last call. */
void mw_tick(mw_mqtt *mqtt, uint8_t seconds);

/* Returns 0 when the message is not taken: offline (QoS 0), or another QoS 1 message is not
 * confirmed yet. While offline a QoS 1 message waits. */
uint8_t mw_publish(mw_mqtt *mqtt, mw_message *message);

/* Asks for messages: `topic` is the filter, `payload` one byte with the QoS, 0 or 1. From inside
 * handle_online. When the server does not confirm it in time, the client connects again. */
void mw_subscribe(mw_mqtt *mqtt, const mw_message *filter);

/* Says goodbye: the server will not send the will. */
void mw_disconnect(mw_mqtt *mqtt);

#ifdef __cplusplus
}
#endif
#endif
