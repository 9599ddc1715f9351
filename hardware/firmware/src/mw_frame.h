/* What the framings have in common: a CRC-16 behind each packet, and the buffer in which a frame is
 * put together. A frame that is damaged, too long or too short is dropped and counted. */
#ifndef MW_FRAME_H
#define MW_FRAME_H

#include "mw_mqtt.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  mw_mqtt *mqtt;
  /* May be the client's own receive buffer. */
  uint8_t *rx;
  mw_length rx_size;
  mw_length count;
  uint16_t crc;
  uint8_t is_broken;
  /* Frames dropped, counted to 255 and on from 0. */
  uint8_t dropped;
} mw_frame;

enum { MW_CRC_START = 0xffff, MW_CRC_GOOD = 0xf0b8 };

/* CRC-16 of X.25 and HDLC: reflected polynomial 0x8408. What is sent is its complement, low byte
 * first; over a frame with that it is MW_CRC_GOOD. */
uint16_t mw_crc16(uint16_t crc, uint8_t byte);

/* A byte of the frame. */
void mw_frame_add(mw_frame *frame, uint8_t byte);

/* The end of the frame: a good one goes to the client. */
void mw_frame_end(mw_frame *frame);

#ifdef __cplusplus
}
#endif
#endif
