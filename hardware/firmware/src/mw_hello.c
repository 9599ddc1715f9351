/* See mw_hello.h. */
#include "mw_hello.h"

void mw_hello(mw_mqtt *m, uint16_t rx_bytes, uint8_t reset_cause) {
  const uint8_t head[] = {0x01, 1, (uint8_t)(rx_bytes >> 8), (uint8_t)rx_bytes, reset_cause};
  const char *id = m->texts[0];
  uint8_t i;
  for (i = 0; i < sizeof head; i++) m->sink->put(m->sink, head[i]);
  while (*id) m->sink->put(m->sink, (uint8_t)*id++);
  if (m->sink->end) m->sink->end(m->sink);
}
