/* A sensor that sleeps: once a period it publishes what its analog input 0 reads.
 *
 *   sensors/ID/adc    {"seq":00042,"adc":0512}    QoS 0, or 1 when byte 31 is 1
 *   sensors/ID/state  online, offline (the will)  retained
 *
 * ID is a text of at most 23 bytes at the beginning of the board's memory. The period, in seconds, is
 * bytes 24 and 25, the upper one first; 1 where nothing was written. With a longer one than a second it
 * sleeps as deep as it can, and only listens for a moment after it has spoken. */
#include <string.h>

#include "line.h"
#include "text.h"

#define PERIOD_AT 24
#define QOS_AT 31
/* Ticks, after a message, in which the server may say that it has gone. */
#define LISTEN 2
/* Seconds: the longest that leaves the server's half as much again within a byte. */
#define DOZING_KEEPALIVE 240

static char id[24], adc_topic[40], state_topic[40], payload[28];
static const char *const texts[] = {id, state_topic, "offline", 0};
static mw_message reading = {adc_topic, payload, 0, MW_QOS0};
static mw_message state = {state_topic, "online", 6, MW_RETAIN};
static uint16_t seq;

static void handle_online(mw_mqtt *m, uint8_t session_present) {
  (void)session_present;
  mw_publish(m, &state);
}

/* Whether it was taken. */
static uint8_t publish_reading(void) {
  char *end = payload;
  if (mqtt.pending) return 0;
  end = text_add(end, "{\"seq\":");
  end = text_number(end, seq++, 5);
  end = text_add(end, ",\"adc\":");
  end = text_number(end, board_adc(0), 4);
  end = text_add(end, "}");
  reading.length = (uint16_t)(end - payload);
  reading.flags = board_byte(QOS_AT) == 1 ? MW_QOS1 : MW_QOS0;
  return mw_publish(&mqtt, &reading);
}

static uint16_t period_s(void) {
  uint16_t period = (uint16_t)(board_byte(PERIOD_AT) << 8) | board_byte(PERIOD_AT + 1);
  return period == 0 || period == 0xffff ? 1 : period;
}

int main(void) {
  uint16_t second = TICK_HZ, listen_until = 0, left_s = 1;
  uint16_t period;
  board_start();
  board_name(id, sizeof id, "board");
  text_add(text_add(text_add(adc_topic, "sensors/"), id), "/adc");
  text_add(text_add(text_add(state_topic, "sensors/"), id), "/state");
  mqtt.texts = texts;
  mqtt.connect_flags = MW_CLEAN_SESSION | MW_HAS_WILL | MW_WILL_RETAIN;
  period = period_s();
  mqtt.keepalive_s = period > 1 ? DOZING_KEEPALIVE : 30;
  mqtt.handle_online = handle_online;
  line_start();
  for (;;) {
    line_run();
    if ((int16_t)(board_ticks() - second) >= 0) {
      second += TICK_HZ;
      left_s--;
    } else if (period > 1 && (int16_t)(board_ticks() - listen_until) >= 0) {
      left_s -= line_doze(left_s > 8 ? 8 : (uint8_t)left_s);
    }
    if (left_s) continue;
    left_s = publish_reading() ? period : 1;
    listen_until = board_ticks() + LISTEN;
  }
}
