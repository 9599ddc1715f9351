/* From the reset to main: the vector table, and memory as C wants it. */
#include "board.h"
#include "chip.h"
#include "interrupts.h"

extern uint32_t stack_top, data_start, data_end, data_image, bss_start, bss_end;
int main(void);

void start(void) {
  uint32_t *from = &data_image, *to = &data_start;
  while (to < &data_end) *to++ = *from++;
  for (to = &bss_start; to < &bss_end;) *to++ = 0;
  main();
}

/* Nothing can be trusted any more. */
static void handle_fault(void) { chip_reset(); }

typedef void (*vector)(void);

__attribute__((section(".vectors"), used)) const vector vectors[CORE_VECTORS + 64] = {
    [0] = (vector)&stack_top,
    [1] = start,
    [3] = handle_fault,
    [CORE_VECTORS + UART_IRQ] = handle_uart,
    [CORE_VECTORS + TICK_IRQ] = handle_tick,
};
