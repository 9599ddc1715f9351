/* COBS with a CRC-16: frames end with the one byte 0 that occurs nowhere else, at a cost of a byte
 * for each 254. A run without zeros has its length in front, so runs are gathered in a buffer; a
 * packet with a longer run than that is not sent and counted. */
#ifndef MW_COBS_H
#define MW_COBS_H

#include "mw_frame.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  /* The client's sink: give it `&cobs->sink`. */
  mw_sink sink;
  mw_sink *line;
  mw_frame frame;
  /* Transmit buffer; 254 bytes are always enough. */
  uint8_t *tx;
  uint8_t tx_size;
  /* Packets that were not sent, because a run without zeros was too long. */
  uint8_t unsent;
  uint8_t tx_count, is_open, is_unsent;
  uint8_t rx_left, rx_code;
  uint16_t tx_crc;
} mw_cobs;

/* On a zeroed struct whose `frame.mqtt`, `frame.rx`, `frame.rx_size`, `tx` and `tx_size` are set. */
void mw_cobs_start(mw_cobs *cobs, mw_sink *line);

/* A byte from the line. */
void mw_cobs_feed(mw_cobs *cobs, uint8_t byte);

#ifdef __cplusplus
}
#endif
#endif
