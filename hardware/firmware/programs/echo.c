/* The counterpart of the bridge's tests: counts upwards five times a second, and sends back what it
 * is sent.
 *
 *   up/ID      00042 abcdefghijklmnopqrstuvwxyz    QoS 0
 *   boot/ID    the reset cause, at each CONNACK    QoS 0
 *   down/ID    subscribed at QoS 0; `hang` stops the program until the watchdog resets it
 *   echo/ID    what came on down/ID                QoS 0
 *   will/ID    gone (the will)
 *
 * ID is a text of at most 15 bytes at the beginning of the board's memory. */
#include <string.h>

#include "line.h"
#include "text.h"

#define PERIOD (TICK_HZ / 5)

static char id[16], up[24], boot[24], down[24], echo[24], will[24], payload[36], cause[4];
static const char *const texts[] = {id, will, "gone", 0};
static const uint8_t qos0 = 0;
static mw_message count = {up, payload, 0, MW_QOS0};
static mw_message booted = {boot, cause, 2, MW_QOS0};
static const mw_message filter = {down, &qos0, 1, 0};
static uint16_t seq;

static void handle_online(mw_mqtt *m, uint8_t session_present) {
  (void)session_present;
  mw_subscribe(m, &filter);
  mw_publish(m, &booted);
}

static void handle_message(mw_mqtt *m, const char *topic, const uint8_t *bytes, mw_length length) {
  mw_message answer = {echo, bytes, length, MW_QOS0};
  (void)topic;
  if (length == 4 && memcmp(bytes, "hang", 4) == 0) board_hang();
  mw_publish(m, &answer);
}

static void name(char *topic, const char *prefix) { text_add(text_add(topic, prefix), id); }

int main(void) {
  uint16_t due = PERIOD;
  board_start();
  board_name(id, sizeof id, "board");
  name(up, "up/");
  name(boot, "boot/");
  name(down, "down/");
  name(echo, "echo/");
  name(will, "will/");
  text_number(cause, board_reset_cause(), 2);
  mqtt.texts = texts;
  mqtt.connect_flags = MW_CLEAN_SESSION | MW_HAS_WILL;
  mqtt.keepalive_s = 30;
  mqtt.handle_online = handle_online;
  mqtt.handle_message = handle_message;
  line_start();
  for (;;) {
    line_run();
    board_watchdog();
    if ((int16_t)(board_ticks() - due) >= 0) {
      char *end = text_number(payload, seq++, 5);
      due += PERIOD;
      end = text_add(end, " abcdefghijklmnopqrstuvwxyz");
      count.length = (uint16_t)(end - payload);
      mw_publish(&mqtt, &count);
    }
  }
}
