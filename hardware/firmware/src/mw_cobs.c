/* See mw_cobs.h. */
#include "mw_cobs.h"

static void put_line(mw_cobs *c, uint8_t byte) { c->line->put(c->line, byte); }

static void put_run(mw_cobs *c) {
  uint8_t i;
  put_line(c, c->tx_count + 1);
  for (i = 0; i < c->tx_count; i++) put_line(c, c->tx[i]);
  c->tx_count = 0;
}

static void put_stuffed(mw_cobs *c, uint8_t byte) {
  if (c->is_unsent) return;
  if (byte == 0) {
    put_run(c);
    return;
  }
  if (c->tx_count == c->tx_size) {
    c->is_unsent = 1;
    return;
  }
  c->tx[c->tx_count++] = byte;
  if (c->tx_count == 254) put_run(c);
}

static void put(mw_sink *sink, uint8_t byte) {
  mw_cobs *c = (mw_cobs *)sink;
  if (!c->is_open) {
    /* Ends whatever noise or an earlier life has left on the line. */
    put_line(c, 0);
    c->is_open = 1;
    c->tx_crc = MW_CRC_START;
  }
  c->tx_crc = mw_crc16(c->tx_crc, byte);
  put_stuffed(c, byte);
}

static void end(mw_sink *sink) {
  mw_cobs *c = (mw_cobs *)sink;
  put_stuffed(c, (uint8_t)~c->tx_crc);
  put_stuffed(c, (uint8_t)(~c->tx_crc >> 8));
  if (c->is_unsent) {
    c->unsent++;
  } else {
    put_run(c);
  }
  /* A frame cut short has no good CRC, so the other side drops it. */
  put_line(c, 0);
  c->tx_count = c->is_open = c->is_unsent = 0;
  if (c->line->end) c->line->end(c->line);
}

void mw_cobs_start(mw_cobs *c, mw_sink *line) {
  c->sink.put = put;
  c->sink.end = end;
  c->line = line;
  c->rx_code = 255;
}

void mw_cobs_feed(mw_cobs *c, uint8_t byte) {
  if (byte == 0) {
    if (c->rx_left) c->frame.is_broken = 1;
    c->rx_left = 0;
    c->rx_code = 255;
    mw_frame_end(&c->frame);
  } else if (c->rx_left) {
    c->rx_left--;
    mw_frame_add(&c->frame, byte);
  } else {
    /* The zero that a run stands for comes only when something follows it. */
    if (c->rx_code != 255) mw_frame_add(&c->frame, 0);
    c->rx_code = byte;
    c->rx_left = byte - 1;
  }
}
