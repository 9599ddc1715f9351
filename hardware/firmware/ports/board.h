/* What a program needs of a board: a UART with a receive ring, a tick, sleep, a little memory that
 * survives, and a watchdog. The processor sleeps whenever nothing is to be done. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

#include "mw_sink.h"

/* Ticks a second, 4 to 1000: how often a program that waits for nothing is woken. */
#ifndef TICK_HZ
#define TICK_HZ 100
#endif
/* The size of the receive ring, a power of two; what does not fit is lost. */
#define RX_RING 64

/* The UART at 115,200 8N1, the tick and the interrupts. */
void board_start(void);

/* Ticks since the start; wraps. */
uint16_t board_ticks(void);

/* A received byte, or -1. */
int16_t board_read(void);

/* Sleeps until there is a tick that board_ticks has not told, or a byte to be read. */
void board_idle(void);

/* Sleeps as deep as the board can, with the UART and the tick standing still, for at most so many
 * seconds from 1 on. Returns how many they were; 0 when something is still to be sent or read, or
 * when the board has no deeper sleep than board_idle, which it does then. Ends board_watchdog. */
uint8_t board_doze(uint8_t seconds);

/* The UART for what is sent. */
extern mw_sink board_line;

/* 10 bits of an analog input, from 0 on. */
uint16_t board_adc(uint8_t channel);

/* A byte of the memory that tells one board from another: 32 bytes at the least, 0xff where nothing
 * was written. The EEPROM of an AVR, the end of the flash elsewhere. */
uint8_t board_byte(uint8_t at);

/* Reads a C string of at most `size` bytes with its end from the beginning of that memory, or the
 * fallback when there is none. */
void board_name(char *name, uint8_t size, const char *fallback);

/* Why the last reset came: a mask of power 1, pin 2, brown-out 4, watchdog 8. */
uint8_t board_reset_cause(void);

/* From now on a reset follows when this is not called again within a quarter of a second. */
void board_watchdog(void);

/* Does nothing any more, until the watchdog ends it. */
void board_hang(void);

#endif
