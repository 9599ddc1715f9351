/* The analog inputs GPIO26 to GPIO29, which are channels 0 to 3. */
#include "board.h"
#include "chip.h"

#define ADC_CS REGISTER(0x4004c000)
#define ADC_RESULT REGISTER(0x4004c004)
#define ADC_READY (1 << 8)
#define PADS_GPIO26(channel) REGISTER(0x4001c06c + 4 * (channel))

uint16_t board_adc(uint8_t channel) {
  /* Neither digital input nor output. */
  PADS_GPIO26(channel) = 0x80;
  ADC_CS = 1;
  while (!(ADC_CS & ADC_READY)) {
  }
  ADC_CS = (uint32_t)channel << 12 | 1 << 2 | 1;
  while (!(ADC_CS & ADC_READY)) {
  }
  /* It has 12 bits. */
  return (uint16_t)(ADC_RESULT >> 2);
}
