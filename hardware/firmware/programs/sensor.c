/* A sensor that sleeps: once a second it publishes what its analog input 0 reads.
 *
 *   sensors/ID/adc    {"seq":00042,"adc":0512}    QoS 0, or 1 when byte 31 is 1
 *   sensors/ID/state  online, offline (the will)  retained
 *
 * ID is a text of at most 23 bytes at the beginning of the board's memory. */
#include <string.h>

#include "line.h"
#include "text.h"

#define QOS_AT 31

static char id[24], adc_topic[40], state_topic[40], payload[28];
static const char *const texts[] = {id, state_topic, "offline", 0};
static mw_message reading = {adc_topic, payload, 0, MW_QOS0};
static mw_message state = {state_topic, "online", 6, MW_RETAIN};
static uint16_t seq;

static void handle_online(mw_mqtt *m, uint8_t session_present) {
  (void)session_present;
  mw_publish(m, &state);
}

static void publish_reading(void) {
  char *end = payload;
  if (mqtt.pending) return;
  end = text_add(end, "{\"seq\":");
  end = text_number(end, seq++, 5);
  end = text_add(end, ",\"adc\":");
  end = text_number(end, board_adc(0), 4);
  end = text_add(end, "}");
  reading.length = (uint16_t)(end - payload);
  reading.flags = board_byte(QOS_AT) == 1 ? MW_QOS1 : MW_QOS0;
  mw_publish(&mqtt, &reading);
}

int main(void) {
  uint16_t due = TICK_HZ;
  board_start();
  board_name(id, sizeof id, "board");
  text_add(text_add(text_add(adc_topic, "sensors/"), id), "/adc");
  text_add(text_add(text_add(state_topic, "sensors/"), id), "/state");
  mqtt.texts = texts;
  mqtt.connect_flags = MW_CLEAN_SESSION | MW_HAS_WILL | MW_WILL_RETAIN;
  mqtt.keepalive_s = 30;
  mqtt.handle_online = handle_online;
  line_start();
  for (;;) {
    line_run();
    if ((int16_t)(board_ticks() - due) >= 0) {
      due += TICK_HZ;
      publish_reading();
    }
  }
}
