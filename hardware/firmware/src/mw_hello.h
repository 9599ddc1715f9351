/* What the device tells the bridge about itself before it says CONNECT, on lines with framing. A
 * frame whose first byte is below 0x10 is no MQTT packet (type 0 is reserved) but one of these:
 *
 *   01 version rx_high rx_low cause id...    device to bridge: hello
 *
 * rx is the receive buffer of the UART: the bridge never has more bytes than that under way. */
#ifndef MW_HELLO_H
#define MW_HELLO_H

#include "mw_mqtt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The client identifier is the first of `mqtt->texts`. */
void mw_hello(mw_mqtt *mqtt, uint16_t rx_bytes, uint8_t reset_cause);

#ifdef __cplusplus
}
#endif
#endif
