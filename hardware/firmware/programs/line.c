/* See line.h. */
#include "line.h"

#define RX_BYTES 96

mw_mqtt mqtt;
static uint8_t rx[RX_BYTES];
static uint16_t second_began;

#if FRAMING == SLIP
static mw_slip link;
#elif FRAMING == COBS
static mw_cobs link;
static uint8_t tx[128];
#endif

void line_start(void) {
  mqtt.rx = rx;
  mqtt.rx_size = RX_BYTES;
#if FRAMING == RAW
  mqtt.sink = &board_line;
#else
  link.frame.mqtt = &mqtt;
  link.frame.rx = rx;
  link.frame.rx_size = RX_BYTES;
  mqtt.sink = &link.sink;
#if FRAMING == SLIP
  mw_slip_start(&link, &board_line);
#else
  link.tx = tx;
  link.tx_size = sizeof tx;
  mw_cobs_start(&link, &board_line);
#endif
  mw_hello(&mqtt, RX_RING, board_reset_cause());
#endif
  mw_connect(&mqtt);
}

static void feed(uint8_t byte) {
#if FRAMING == SLIP
  mw_slip_feed(&link, byte);
#elif FRAMING == COBS
  mw_cobs_feed(&link, byte);
#else
  mw_feed(&mqtt, byte);
#endif
}

void line_run(void) {
  int16_t byte = board_read();
  if (byte >= 0) feed((uint8_t)byte);
  if ((uint16_t)(board_ticks() - second_began) >= TICK_HZ) {
    second_began += TICK_HZ;
    mw_tick(&mqtt, 1);
  }
  if (byte < 0) board_idle();
}

uint8_t line_doze(uint8_t seconds) {
  uint8_t passed_s;
  if (mqtt.is_due || mqtt.pending) return 0;
  passed_s = board_doze(seconds);
  if (passed_s) mw_tick(&mqtt, passed_s);
  return passed_s;
}
