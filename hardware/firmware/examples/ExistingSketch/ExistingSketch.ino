// A sketch for PubSubClient as there are thousands; only the network client has been exchanged.
#include <Motewire.h>
#include <PubSubClient.h>

static MotewireClient line(Serial);
static PubSubClient mqtt(line);
static uint32_t due;

static void handleMessage(char *topic, byte *payload, unsigned int length) {
  mqtt.publish("pump/7/echo", payload, length);
}

void setup() {
  Serial.begin(115200);
  // The bridge knows where the broker is.
  mqtt.setServer("bridge", 1883);
  mqtt.setCallback(handleMessage);
}

void loop() {
  if (!mqtt.connected() && mqtt.connect("pump-7", "pump/7/state", 0, true, "offline")) {
    mqtt.subscribe("pump/7/cmd");
  }
  mqtt.loop();
  if ((int32_t)(millis() - due) < 0) return;
  due = millis() + 1000;
  mqtt.publish("pump/7/uptime", String(millis() / 1000).c_str());
}
