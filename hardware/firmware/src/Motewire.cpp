// See Motewire.h. Empty where there is no Arduino, so that the C library can be built from the same
// folder.
#ifdef ARDUINO

#include "Motewire.h"

int MotewireClient::open() {
  // What is there belongs to an earlier connection.
  while (line_.available() > 0) line_.read();
  isOpen_ = true;
  return 1;
}

int MotewireClient::read(uint8_t *bytes, size_t size) {
  size_t count = 0;
  while (isOpen_ && count < size && line_.available() > 0) bytes[count++] = (uint8_t)line_.read();
  return count == 0 ? -1 : (int)count;
}

Motewire::Motewire(Stream &line, uint8_t *rx, mw_length size)
    : line_(line), online_(0), message_(0), second_(0) {
  memset(&mqtt_, 0, sizeof mqtt_);
  memset(&confirmed_, 0, sizeof confirmed_);
  memset(texts_, 0, sizeof texts_);
  sink_.sink.put = put;
  sink_.sink.end = 0;
  sink_.line = &line;
  mqtt_.sink = &sink_.sink;
  mqtt_.rx = rx;
  mqtt_.rx_size = size;
  mqtt_.texts = texts_;
  mqtt_.connect_flags = MW_CLEAN_SESSION;
  mqtt_.keepalive_s = 30;
  mqtt_.handle_online = handleOnline;
  mqtt_.handle_message = handleMessage;
}

void Motewire::setWill(const char *topic, const char *message, bool retain) {
  texts_[1] = topic;
  texts_[2] = message;
  mqtt_.connect_flags |= MW_HAS_WILL | (retain ? MW_WILL_RETAIN : 0);
}

void Motewire::begin(const char *clientId) {
  texts_[0] = clientId;
  second_ = millis();
  mw_connect(&mqtt_);
}

void Motewire::loop() {
  while (line_.available() > 0) mw_feed(&mqtt_, (uint8_t)line_.read());
  while (millis() - second_ >= 1000) {
    second_ += 1000;
    mw_tick(&mqtt_, 1);
  }
}

bool Motewire::publish(const char *topic, const void *payload, uint16_t length, uint8_t flags) {
  if (!(flags & MW_QOS1)) {
    mw_message message = {topic, payload, length, flags};
    return mw_publish(&mqtt_, &message);
  }
  if (!isIdle()) return false;
  confirmed_.topic = topic;
  confirmed_.payload = payload;
  confirmed_.length = length;
  confirmed_.flags = flags;
  return mw_publish(&mqtt_, &confirmed_);
}

void Motewire::subscribe(const char *filter, uint8_t qos) {
  const mw_message message = {filter, &qos, 1, 0};
  mw_subscribe(&mqtt_, &message);
}

void Motewire::put(mw_sink *sink, uint8_t byte) { ((Sink *)sink)->line->write(byte); }

void Motewire::handleOnline(mw_mqtt *mqtt, uint8_t) {
  Motewire *self = (Motewire *)mqtt;
  if (self->online_) self->online_(*self);
}

void Motewire::handleMessage(mw_mqtt *mqtt, const char *topic, const uint8_t *payload,
                             mw_length length) {
  Motewire *self = (Motewire *)mqtt;
  if (self->message_) self->message_(topic, payload, length);
}

#endif
