/* The ATmega328P (Arduino Uno, Nano), also with a transmit ring. Registers as in its data sheet,
 * sections 9, 11, 16, 20 and 24. */
#include "board.h"

#include <avr/eeprom.h>
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>

/* Twice the speed, for a baud rate that is 2.1 % off instead of 3.5 %. */
#define UBRR_115200 16
/* A power of two. */
#define TX_RING 64

static volatile uint8_t rx_ring[RX_RING], tx_ring[TX_RING];
static volatile uint8_t rx_head, rx_tail, tx_head, tx_tail;
static volatile uint16_t ticks;
/* What the program knows of them. */
static uint16_t told_ticks;
static uint8_t reset_cause;

ISR(USART_RX_vect) {
  uint8_t byte = UDR0;
  uint8_t next = (rx_head + 1) & (RX_RING - 1);
  if (next == rx_tail) return;
  rx_ring[rx_head] = byte;
  rx_head = next;
}

ISR(USART_UDRE_vect) {
  UDR0 = tx_ring[tx_tail];
  /* Set again when this byte is the last and has left. */
  UCSR0A = _BV(U2X0) | _BV(TXC0);
  tx_tail = (tx_tail + 1) & (TX_RING - 1);
  if (tx_tail == tx_head) UCSR0B &= ~_BV(UDRIE0);
}

ISR(TIMER1_COMPA_vect) { ticks++; }

/* Only wakes. */
EMPTY_INTERRUPT(WDT_vect)

/* Sleeps with the interrupt that ends it still to come: sei takes effect after the next instruction,
 * so nothing can happen in between. Called with interrupts off. */
static void sleep_now(void) {
  sleep_enable();
  sei();
  sleep_cpu();
  sleep_disable();
}

static void put(mw_sink *sink, uint8_t byte) {
  uint8_t next = (tx_head + 1) & (TX_RING - 1);
  (void)sink;
  for (;;) {
    cli();
    if (next != tx_tail) break;
    sleep_now();
  }
  tx_ring[tx_head] = byte;
  tx_head = next;
  UCSR0B |= _BV(UDRIE0);
  sei();
}

mw_sink board_line = {put, 0};

void board_start(void) {
  reset_cause = MCUSR;
  MCUSR = 0;
  wdt_disable();
  UBRR0 = UBRR_115200;
  UCSR0A = _BV(U2X0);
  UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
  UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);
  OCR1A = F_CPU / 64 / TICK_HZ - 1;
  TCCR1B = _BV(WGM12) | _BV(CS11) | _BV(CS10);
  TIMSK1 = _BV(OCIE1A);
  set_sleep_mode(SLEEP_MODE_IDLE);
  sei();
}

uint16_t board_ticks(void) {
  uint16_t now;
  cli();
  now = told_ticks = ticks;
  sei();
  return now;
}

int16_t board_read(void) {
  uint8_t byte;
  if (rx_head == rx_tail) return -1;
  byte = rx_ring[rx_tail];
  rx_tail = (rx_tail + 1) & (RX_RING - 1);
  return byte;
}

/* Bytes that leave wake the processor too, but nobody has to look then. */
void board_idle(void) {
  cli();
  while (rx_head == rx_tail && ticks == told_ticks) {
    sleep_now();
    cli();
  }
  sei();
}

/* The second write must come within four cycles of the first (11.8.2): as a function of its own, which
 * has its argument in a register, it comes after two. */
__attribute__((noinline)) static void watchdog_start(uint8_t control) {
  wdt_reset();
  WDTCSR = _BV(WDCE) | _BV(WDE);
  WDTCSR = control;
}

uint8_t board_doze(uint8_t seconds) {
  uint8_t period_s = 8, prescaler = 9;
  /* From the longest time of the watchdog to one second. */
  for (; period_s > seconds; period_s >>= 1) prescaler--;
  cli();
  if (rx_head != rx_tail || tx_head != tx_tail || !(UCSR0A & _BV(TXC0))) {
    sei();
    board_idle();
    return 0;
  }
  watchdog_start(_BV(WDIE) | (prescaler & 8 ? _BV(WDP3) : 0) | (prescaler & 7));
  set_sleep_mode(SLEEP_MODE_PWR_DOWN);
  sleep_now();
  set_sleep_mode(SLEEP_MODE_IDLE);
  wdt_disable();
  return period_s;
}

uint16_t board_adc(uint8_t channel) {
  ADMUX = _BV(REFS0) | channel;
  ADCSRA = _BV(ADEN) | _BV(ADSC) | _BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0);
  while (ADCSRA & _BV(ADSC)) {
  }
  /* It would draw current in the deepest sleep too. */
  ADCSRA = 0;
  return ADC;
}

uint8_t board_byte(uint8_t at) { return eeprom_read_byte((const uint8_t *)(uintptr_t)at); }

uint8_t board_reset_cause(void) { return reset_cause; }

void board_watchdog(void) { wdt_enable(WDTO_250MS); }

void board_hang(void) {
  cli();
  for (;;) {
  }
}
