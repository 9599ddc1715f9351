/* See mw_slip.h. */
#include "mw_slip.h"

enum { END = 0xc0, ESC = 0xdb, ESC_END = 0xdc, ESC_ESC = 0xdd };

static void put_line(mw_slip *s, uint8_t byte) { s->line->put(s->line, byte); }

static void put_escaped(mw_slip *s, uint8_t byte) {
  if (byte == END || byte == ESC) {
    put_line(s, ESC);
    byte = byte == END ? ESC_END : ESC_ESC;
  }
  put_line(s, byte);
}

static void put(mw_sink *sink, uint8_t byte) {
  mw_slip *s = (mw_slip *)sink;
  if (!s->is_open) {
    /* Ends whatever noise or an earlier life has left on the line. */
    put_line(s, END);
    s->is_open = 1;
    s->tx_crc = MW_CRC_START;
  }
  s->tx_crc = mw_crc16(s->tx_crc, byte);
  put_escaped(s, byte);
}

static void end(mw_sink *sink) {
  mw_slip *s = (mw_slip *)sink;
  put_escaped(s, (uint8_t)~s->tx_crc);
  put_escaped(s, (uint8_t)(~s->tx_crc >> 8));
  put_line(s, END);
  s->is_open = 0;
  if (s->line->end) s->line->end(s->line);
}

void mw_slip_start(mw_slip *s, mw_sink *line) {
  s->sink.put = put;
  s->sink.end = end;
  s->line = line;
}

void mw_slip_feed(mw_slip *s, uint8_t byte) {
  if (byte == END) {
    s->is_escaped = 0;
    mw_frame_end(&s->frame);
    return;
  }
  if (s->is_escaped) {
    s->is_escaped = 0;
    if (byte == ESC_END) {
      byte = END;
    } else if (byte == ESC_ESC) {
      byte = ESC;
    } else {
      s->frame.is_broken = 1;
    }
  } else if (byte == ESC) {
    s->is_escaped = 1;
    return;
  }
  mw_frame_add(&s->frame, byte);
}
