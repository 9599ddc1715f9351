/* Where bytes go: a UART, or a framing that writes to one. `put` takes one byte and waits while
 * there is no room; `end` marks the end of a packet. A sink does not know what the bytes mean. */
#ifndef MW_SINK_H
#define MW_SINK_H

#include <stdint.h>

typedef struct mw_sink {
  void (*put)(struct mw_sink *sink, uint8_t byte);
  /* NULL: the end of a packet means nothing here. */
  void (*end)(struct mw_sink *sink);
} mw_sink;

#endif
