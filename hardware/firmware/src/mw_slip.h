/* SLIP (RFC 1055) with a CRC-16: needs no transmit buffer. Two bytes of the alphabet cost two on the
 * line, so a packet may double. */
#ifndef MW_SLIP_H
#define MW_SLIP_H

#include "mw_frame.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  /* The client's sink: give it `&slip->sink`. */
  mw_sink sink;
  mw_sink *line;
  mw_frame frame;
  uint16_t tx_crc;
  uint8_t is_open, is_escaped;
} mw_slip;

/* On a zeroed struct whose `frame.mqtt`, `frame.rx` and `frame.rx_size` are set. */
void mw_slip_start(mw_slip *slip, mw_sink *line);

/* A byte from the line. */
void mw_slip_feed(mw_slip *slip, uint8_t byte);

#ifdef __cplusplus
}
#endif
#endif
