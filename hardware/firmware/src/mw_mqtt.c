/* See mw_mqtt.h. Written for size: each kind of packet has one writer, times are seconds in a byte.
 * Section numbers are those of MQTT 3.1.1. */
#include "mw_mqtt.h"

#include <string.h>

/* An answer that takes longer is not coming. */
#define ANSWER_S 5
/* After a refusal, or when the bridge says that the server is away. */
#define RETRY_S 2

/* Packet Identifiers of ours are never 0, and different for both kinds (2.3.1). */
enum { SUBSCRIBE_ID_HIGH = 0x01, PUBLISH_ID_HIGH = 0x80 };

enum { RX_HEAD, RX_LENGTH, RX_LENGTH_HIGH, RX_BODY };

#ifdef __GNUC__
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE
#endif

enum {
  CONNECT = 0x10,
  CONNACK = 0x20,
  PUBLISH = 0x30,
  PUBACK = 0x40,
  SUBSCRIBE = 0x82,
  SUBACK = 0x90,
  PINGREQ = 0xc0,
  PINGRESP = 0xd0,
  DISCONNECT = 0xe0
};

/* The length of a packet stands before it, so each body is written twice: first it is counted. */
static void put(mw_mqtt *m, uint8_t byte) {
  if (m->is_counting) {
    m->tx_count++;
  } else {
    m->sink->put(m->sink, byte);
  }
}

static void put_bytes(mw_mqtt *m, const void *bytes, uint16_t length) {
  const uint8_t *byte = bytes;
  while (length--) put(m, *byte++);
}

static void put_text(mw_mqtt *m, const char *text) {
  uint16_t length = (uint16_t)strlen(text);
  put(m, length >> 8);
  put(m, (uint8_t)length);
  put_bytes(m, text, length);
}

static void put_connect(mw_mqtt *m) {
  const char *const *text = m->texts;
  put_text(m, "MQTT");
  put(m, 4);
  put(m, m->connect_flags);
  put(m, 0);
  put(m, m->keepalive_s);
  do {
    put_text(m, *text++);
  } while (*text);
}

/* A body is a text, an identifier and bytes, each of them if there is one. */
static void put_body(mw_mqtt *m) {
  const mw_message *message = m->tx_message;
  uint8_t head = m->tx_head;
  if (head == CONNECT) put_connect(m);
  if (message && head != SUBSCRIBE) put_text(m, message->topic);
  if (m->tx_id_high | m->tx_id_low) {
    put(m, m->tx_id_high);
    put(m, m->tx_id_low);
  }
  if (!message) return;
  if (head == SUBSCRIBE) put_text(m, message->topic);
  put_bytes(m, message->payload, message->length);
}

/* One packet (2.2). */
static void put_packet(mw_mqtt *m, uint8_t head, const mw_message *message) {
  m->tx_head = head;
  m->tx_message = message;
  m->tx_count = 0;
  m->is_counting = 1;
  put_body(m);
  m->is_counting = 0;
  put(m, m->tx_head);
  while (m->tx_count > 127) {
    put(m, (uint8_t)m->tx_count | 0x80);
    m->tx_count >>= 7;
  }
  put(m, (uint8_t)m->tx_count);
  put_body(m);
  m->tx_id_high = m->tx_id_low = 0;
  if (m->sink->end) m->sink->end(m->sink);
}

/* Sends what must be answered in time. */
NOINLINE static void ask(mw_mqtt *m, uint8_t head, const mw_message *message) {
  put_packet(m, head, message);
  m->is_due = 1;
  m->wait_s = ANSWER_S;
}

void mw_connect(mw_mqtt *m) {
  m->state = MW_GREETING;
  m->rx_phase = RX_HEAD;
  ask(m, CONNECT, 0);
}

void mw_disconnect(mw_mqtt *m) {
  put_packet(m, DISCONNECT, 0);
  m->state = MW_OFFLINE;
  m->wait_s = 0;
}

/* Again with DUP once it was sent before [MQTT311-3.3.1-1]. */
static void put_pending(mw_mqtt *m) {
  mw_message *message = m->pending;
  if (!message || m->state != MW_ONLINE) return;
  m->tx_id_high = PUBLISH_ID_HIGH;
  m->tx_id_low = m->pending_id_low;
  put_packet(m, PUBLISH | message->flags, message);
  message->flags |= 0x08;
  if (!m->is_due) m->wait_s = ANSWER_S;
}

uint8_t mw_publish(mw_mqtt *m, mw_message *message) {
  if (message->flags & MW_QOS1) {
    if (m->pending) return 0;
    m->pending = message;
    m->pending_id_low++;
    put_pending(m);
  } else {
    if (m->state != MW_ONLINE) return 0;
    put_packet(m, PUBLISH | message->flags, message);
  }
  return 1;
}

void mw_subscribe(mw_mqtt *m, const mw_message *filter) {
  m->tx_id_high = SUBSCRIBE_ID_HIGH;
  m->tx_id_low = ++m->subscribe_id_low;
  ask(m, SUBSCRIBE, filter);
}

NOINLINE static void handle_publish(mw_mqtt *m) {
  uint8_t *body = m->rx;
  mw_length topic_end = (mw_length)(body[0] << 8 | body[1]) + 1;
  mw_length start = topic_end + 1;
  mw_length i;
  uint8_t has_id = m->rx_head & MW_QOS1;
  if (has_id) start += 2;
  if (start > m->rx_count) return;
  /* One byte to the left, so that there is room for the end of a C string. */
  for (i = 1; i < topic_end; i++) body[i] = body[i + 1];
  body[topic_end] = 0;
  m->handle_message(m, (char *)body + 1, body + start, m->rx_count - start);
  if (!has_id) return;
  m->tx_id_high = body[start - 2];
  m->tx_id_low = body[start - 1];
  put_packet(m, PUBACK, 0);
}

static void handle_packet(mw_mqtt *m) {
  const uint8_t *body = m->rx;
  uint8_t type = m->rx_head & 0xf0;
  /* A refusal is no answer: the client asks again. */
  if (type == CONNACK && !body[1]) {
    m->state = MW_ONLINE;
    m->is_due = 0;
    m->handle_online(m, body[0]);
    put_pending(m);
  }
  if (type == PUBLISH) handle_publish(m);
  if (type == SUBACK || type == PINGRESP) m->is_due = 0;
  /* One message waits at a time, so the lower half of its identifier tells. */
  if (type == PUBACK && body[1] == m->pending_id_low) m->pending = 0;
  if (!m->is_due && !m->pending) m->wait_s = m->keepalive_s;
  /* The bridge says so when the server has gone. */
  if (type == DISCONNECT) {
    m->state = MW_OFFLINE;
    m->is_due = 1;
    m->wait_s = RETRY_S;
  }
}

void mw_feed(mw_mqtt *m, uint8_t byte) {
  switch (m->rx_phase) {
    case RX_HEAD:
      m->rx_head = byte;
      m->rx_count = 0;
      /* After a reset there may be the rest of anything before the answer to our CONNECT. */
      if (m->state == MW_ONLINE || byte == CONNACK) m->rx_phase = RX_LENGTH;
      return;
    case RX_LENGTH:
      m->rx_remaining = byte;
      m->rx_phase = RX_LENGTH_HIGH;
      if (byte & 0x80) return;
      break;
    case RX_LENGTH_HIGH:
      /* The second byte of the length counts 128 (2.2.3), and one 128 is there already. */
      m->rx_remaining += (uint16_t)(byte - 1) << 7;
      break;
    default:
      m->rx_remaining--;
      if (m->rx_count < m->rx_size) {
        m->rx[m->rx_count++] = byte;
      } else {
        m->rx_head = 0;
      }
  }
  m->rx_phase = RX_BODY;
  if (m->rx_remaining) return;
  m->rx_phase = RX_HEAD;
  handle_packet(m);
}

void mw_handle_frame(mw_mqtt *m, const uint8_t *frame, uint16_t length) {
  m->rx_phase = 0;
  while (length--) mw_feed(m, *frame++);
}

void mw_tick(mw_mqtt *m, uint8_t seconds) {
  uint8_t wait_s = m->wait_s;
  if (!wait_s) return;
  if (wait_s > seconds) {
    m->wait_s = wait_s - seconds;
    return;
  }
  if (m->is_due) {
    mw_connect(m);
    return;
  }
  put_pending(m);
  ask(m, PINGREQ, 0);
}
