/* The ATmega328P (Arduino Uno, Nano): UART with rings and interrupts, a tick, sleep, ADC, EEPROM and
 * the watchdog. The processor sleeps whenever nothing is to be done, also while a ring is full. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

#include "mw_sink.h"

/* Ticks a second, 4 to 1000: how often a program that waits for nothing is woken. */
#ifndef TICK_HZ
#define TICK_HZ 100
#endif
/* The size of the receive ring; what does not fit is lost. Powers of two. */
#define RX_RING 64
#define TX_RING 64

/* The UART at 115,200 8N1, the tick and the interrupts. */
void board_start(void);

/* Ticks since the start; wraps. */
uint16_t board_ticks(void);

/* A received byte, or -1. */
int16_t board_read(void);

/* Sleeps until something happens, unless bytes wait to be read. */
void board_idle(void);

/* The UART for what is sent. */
extern mw_sink board_line;

/* 10 bits of an analog input, 0 to 7. */
uint16_t board_adc(uint8_t channel);

/* Reads a C string of at most `size` bytes with its end from the EEPROM, or the fallback when there
 * is none. */
void board_name(char *name, uint8_t size, const char *fallback);

/* Why the last reset came: a mask of power 1, pin 2, brown-out 4, watchdog 8. */
uint8_t board_reset_cause(void);

/* From now on a reset follows when this is not called again within a quarter of a second. */
void board_watchdog(void);

#endif
