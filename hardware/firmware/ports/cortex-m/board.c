/* See board.h; for every Cortex-M with a `chip.h`, which has the registers of its UART:
 *
 *   UART_IRQ, uart_start()                 on, with an interrupt for each byte that comes
 *   uart_has_byte(), uart_get()            a byte that has come; reading it ends the interrupt
 *   uart_put(byte)                         waits until the byte can be sent, and sends it
 *   TICK_IRQ, tick_start(), tick_clear()   an interrupt TICK_HZ times a second
 *   chip_start(), chip_reset()
 *   chip_reset_cause(kept)                 kept: what board_watchdog left, or anything
 */
#include "board.h"
#include "chip.h"
#include "interrupts.h"

#define WATCHDOG_TICKS (TICK_HZ / 4 + 1)
/* Tells a reset by the watchdog from a memory that happens to look like it. */
#define WATCHDOG_MARK 0x4d574447

static volatile uint8_t rx_ring[RX_RING];
static volatile uint8_t rx_head, rx_tail;
static volatile uint16_t ticks;
static volatile uint16_t watchdog_ticks;
static uint8_t reset_cause;
__attribute__((section(".kept"))) static uint32_t reset_mark;
extern const uint8_t board_memory[];

void handle_uart(void) {
  while (uart_has_byte()) {
    uint8_t byte = uart_get();
    uint8_t next = (rx_head + 1) & (RX_RING - 1);
    if (next == rx_tail) continue;
    rx_ring[rx_head] = byte;
    rx_head = next;
  }
}

void handle_tick(void) {
  tick_clear();
  ticks++;
  if (watchdog_ticks == 0 || --watchdog_ticks > 0) return;
  reset_mark = WATCHDOG_MARK;
  chip_reset();
}

static void put(mw_sink *sink, uint8_t byte) {
  (void)sink;
  uart_put(byte);
}

mw_sink board_line = {put, 0};

void board_start(void) {
  reset_cause = chip_reset_cause(reset_mark == WATCHDOG_MARK);
  reset_mark = 0;
  chip_start();
  uart_start();
  interrupt_enable(UART_IRQ);
  tick_start();
}

uint16_t board_ticks(void) { return ticks; }

int16_t board_read(void) {
  uint8_t byte;
  if (rx_head == rx_tail) return -1;
  byte = rx_ring[rx_tail];
  rx_tail = (rx_tail + 1) & (RX_RING - 1);
  return byte;
}

void board_idle(void) {
  interrupts_off();
  if (rx_head == rx_tail) wait_for_interrupt();
  interrupts_on();
}

uint8_t board_doze(uint8_t seconds) {
  (void)seconds;
  board_idle();
  return 0;
}

uint8_t board_byte(uint8_t at) { return board_memory[at]; }

uint8_t board_reset_cause(void) { return reset_cause; }

/* Counted by the tick, so it does not see a program that holds interrupts off. */
void board_watchdog(void) { watchdog_ticks = WATCHDOG_TICKS; }

void board_hang(void) {
  for (;;) {
  }
}
