// The Arduino face of the library. Two classes, each for one serial line:
//
//   MotewireClient  a Client for sketches that bring an MQTT library of their own
//   Motewire        the native client, at a tenth of the memory
//
// Neither opens the line: call Serial.begin first. The bridge at the other end is
// `motewire bridge --mqtt URL`.
#ifndef MOTEWIRE_H
#define MOTEWIRE_H

#include <Arduino.h>
#include <Client.h>

#include "mw_mqtt.h"

// The line as if it were a TCP connection to the broker. Host and port are the bridge's affair.
class MotewireClient : public Client {
 public:
  explicit MotewireClient(Stream &line) : line_(line), isOpen_(false) {}

  int connect(IPAddress, uint16_t) override { return open(); }
  int connect(const char *, uint16_t) override { return open(); }
  size_t write(uint8_t byte) override { return isOpen_ ? line_.write(byte) : 0; }
  size_t write(const uint8_t *bytes, size_t size) override {
    return isOpen_ ? line_.write(bytes, size) : 0;
  }
  int available() override { return isOpen_ ? line_.available() : 0; }
  int read() override { return isOpen_ ? line_.read() : -1; }
  int read(uint8_t *bytes, size_t size) override;
  int peek() override { return isOpen_ ? line_.peek() : -1; }
  void flush() override { line_.flush(); }
  // The next CONNECT is a new connection for the bridge, so there is nothing to close.
  void stop() override { isOpen_ = false; }
  uint8_t connected() override { return isOpen_; }
  operator bool() override { return isOpen_; }

 private:
  int open();

  Stream &line_;
  bool isOpen_;
};

// The native client. `rx` is the longest packet that can be received, without its fixed header.
class Motewire {
 public:
  typedef void (*OnlineHandler)(Motewire &client);
  typedef void (*MessageHandler)(const char *topic, const uint8_t *payload, mw_length length);

  Motewire(Stream &line, uint8_t *rx, mw_length size);

  // Before begin. Texts must stay where they are.
  void setWill(const char *topic, const char *message, bool retain = false);
  void setKeepAlive(uint8_t seconds) { mqtt_.keepalive_s = seconds; }
  void onOnline(OnlineHandler handler) { online_ = handler; }
  void onMessage(MessageHandler handler) { message_ = handler; }

  void begin(const char *clientId);
  // In every loop: takes what has come and keeps the time.
  void loop();

  // False when it is not taken: offline, or the last QoS 1 message is not confirmed. At QoS 1 topic
  // and payload must stay as they are until isIdle.
  bool publish(const char *topic, const void *payload, uint16_t length, uint8_t flags = MW_QOS0);
  bool publish(const char *topic, const char *text) {
    return publish(topic, text, (uint16_t)strlen(text));
  }
  // From inside the online handler.
  void subscribe(const char *filter, uint8_t qos = 0);
  bool isOnline() const { return mqtt_.state == MW_ONLINE; }
  bool isIdle() const { return mqtt_.pending == 0; }

 private:
  struct Sink {
    mw_sink sink;
    Stream *line;
  };
  static void put(mw_sink *sink, uint8_t byte);
  static void handleOnline(mw_mqtt *mqtt, uint8_t sessionPresent);
  static void handleMessage(mw_mqtt *mqtt, const char *topic, const uint8_t *payload,
                            mw_length length);

  // First, so that a callback's mqtt is also its client.
  mw_mqtt mqtt_;
  Sink sink_;
  Stream &line_;
  mw_message confirmed_;
  const char *texts_[4];
  OnlineHandler online_;
  MessageHandler message_;
  uint32_t second_;
};

#endif
