/* What the vector table points to. */
#ifndef INTERRUPTS_H
#define INTERRUPTS_H

void handle_uart(void);
void handle_tick(void);

#endif
