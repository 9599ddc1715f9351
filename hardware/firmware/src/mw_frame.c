/* See mw_frame.h. */
#include "mw_frame.h"

uint16_t mw_crc16(uint16_t crc, uint8_t byte) {
  byte ^= (uint8_t)crc;
  byte ^= (uint8_t)(byte << 4);
  return (uint16_t)((byte << 8) | (crc >> 8)) ^ (uint8_t)(byte >> 4) ^ (uint16_t)(byte << 3);
}

void mw_frame_add(mw_frame *f, uint8_t byte) {
  if (f->count == 0) f->crc = MW_CRC_START;
  if (f->count == f->rx_size) {
    f->is_broken = 1;
    return;
  }
  f->rx[f->count++] = byte;
  f->crc = mw_crc16(f->crc, byte);
}

void mw_frame_end(mw_frame *f) {
  mw_length count = f->count;
  /* Nothing between two marks is no frame. */
  if (count == 0 && !f->is_broken) return;
  f->count = 0;
  if (f->is_broken || count < 4 || f->crc != MW_CRC_GOOD) {
    f->is_broken = 0;
    f->dropped++;
    return;
  }
  mw_handle_frame(f->mqtt, f->rx, count - 2);
}
