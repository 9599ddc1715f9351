/* One client on the board's UART, with the framing that FRAMING names: RAW, SLIP or COBS. */
#ifndef LINE_H
#define LINE_H

#include "board.h"
#include "mw_cobs.h"
#include "mw_hello.h"
#include "mw_slip.h"

#define RAW 0
#define SLIP 1
#define COBS 2
#ifndef FRAMING
#define FRAMING RAW
#endif

extern mw_mqtt mqtt;

/* Joins client, framing and UART; set the rest of `mqtt` first. */
void line_start(void);

/* Handles what has come and time; then sleeps. */
void line_run(void);

/* When no answer is awaited: sleeps as board_doze does, and says PINGREQ in time. Returns the seconds
 * that passed in a sleep that line_run does not know of. */
uint8_t line_doze(uint8_t seconds);

#endif
