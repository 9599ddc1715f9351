// Publishes an analog input once a second and switches the LED by message. Watch it with
// `motewire sub -t 'pump/#' -v` while `motewire bridge --serial PORT --mqtt mqtt://HOST` runs.
#include <Motewire.h>

static uint8_t rx[64];
static Motewire mqtt(Serial, rx, sizeof rx);
static uint32_t due;

static void handleOnline(Motewire &client) {
  client.subscribe("pump/7/led");
  client.publish("pump/7/state", "online", 6, MW_RETAIN);
}

static void handleMessage(const char *, const uint8_t *payload, mw_length length) {
  digitalWrite(LED_BUILTIN, length == 2 && memcmp(payload, "on", 2) == 0);
}

void setup() {
  pinMode(LED_BUILTIN, OUTPUT);
  Serial.begin(115200);
  mqtt.setWill("pump/7/state", "offline", true);
  mqtt.onOnline(handleOnline);
  mqtt.onMessage(handleMessage);
  mqtt.begin("pump-7");
}

void loop() {
  mqtt.loop();
  if ((int32_t)(millis() - due) < 0) return;
  due = millis() + 1000;
  char text[8];
  itoa(analogRead(A0), text, 10);
  mqtt.publish("pump/7/bar", text);
}
