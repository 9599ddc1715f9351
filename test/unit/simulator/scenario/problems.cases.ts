// One mistake each: the file, and the line that tells it. The files stand below HEAD or BODY.

/** Lines 1 and 2 of every file with a body: `version: 1` and `groups:`. */
const BODY = 'version: 1\ngroups:\n'

export interface ProblemCase {
  readonly name: string
  readonly text: string
  readonly told: string
}

const stream = (rest: string): string =>
  `  a:\n    count: 1\n    publish:\n      - { topic: t, every: 1s${rest} }\n`
const field = (sensor: string): string => stream(`, payload: { fields: { f: ${sensor} } }`)

/** What `told` begins with is left out: `office.yaml:`. */
export const CASES: readonly ProblemCase[] = [
  {
    name: 'an empty file',
    text: '',
    told: '1:1: found nothing, expected a mapping with version: 1 and groups',
  },
  {
    name: 'new devices that nobody answers',
    text: `${BODY}  a: { count: 1, lifecycle: { provision: {} } }`,
    told: '3:42: groups.a.lifecycle.provision: found nobody who answers, expected a group with provisioner, or a broker of yours with somebody who answers',
  },
  {
    name: 'an answer that all new devices hear',
    text: `broker: mqtt://h:1\n${BODY}  a: { count: 1, lifecycle: { provision: { response: all } } }`,
    told: '4:54: groups.a.lifecycle.provision.response: found "all", expected a topic with {id} or {index}',
  },
  {
    name: 'new devices that throw each other out',
    text: `broker: mqtt://h:1\n${BODY}  a: { count: 1, lifecycle: { provision: { clientId: new } } }`,
    told: '4:54: groups.a.lifecycle.provision.clientId: found "new", expected a client id with {id} or {index}, and without + # and null',
  },
  {
    name: 'a certificate of new devices without its key',
    text: `broker: mqtt://h:1\n${BODY}  a: { count: 1, lifecycle: { provision: { cert: c.pem } } }`,
    told: '4:50: groups.a.lifecycle.provision.cert: found "c.pem", expected cert and key, or neither',
  },
  {
    name: 'an identity that a request does not tell',
    text: `${BODY}  a: { count: 1, provisioner: { username: "{index}" } }`,
    told: '3:43: groups.a.provisioner.username: found placeholder {index}, expected one of {id}',
  },
  {
    name: 'a figure that is nearly one',
    text: `thresholds: [ackd.rate > 1]\n${BODY}  a: { count: 1 }`,
    told: '1:14: thresholds[0]: found figure ackd.rate, expected acked.rate, or another figure of a report',
  },
  {
    name: 'no broker in the list',
    text: `broker: []\n${BODY}  a: { count: 1 }`,
    told: '1:9: broker: found an empty list, expected 1 to 256 broker URLs such as mqtt://127.0.0.1:1883',
  },
  {
    name: 'the embedded broker beside others',
    text: `broker: { url: [mqtt://h:1, embedded] }\n${BODY}  a: { count: 1 }`,
    told: '1:29: broker.url[1]: found "embedded", expected a broker URL, as others are beside it',
  },
  {
    name: 'a list',
    text: '- a',
    told: '1:1: found a list, expected a mapping with version: 1 and groups',
  },
  {
    name: 'no groups',
    text: 'version: 1',
    told: '1:1: groups: found nothing, expected a mapping of names to groups, or a list of groups',
  },
  {
    name: 'no groups in the mapping',
    text: 'version: 1\ngroups: {}',
    told: '2:9: groups: found an empty mapping, expected 1 to 1000 groups',
  },
  {
    name: 'a device picked that is not there',
    text: `only: [a-0, a-1]\n${BODY}  a: { count: 1 }\n`,
    told: '1:13: only[1]: found "a-1", expected the client id of a device of this fleet',
  },
  {
    name: 'messages without a number, to be verified',
    text: `verify: true\n${BODY}${stream(', payload: { stamp: [ts] }')}`,
    told:
      '7:41: groups.a.publish[0].payload: found messages without their number, expected seq in ' +
      'the stamp (in a binary layout as u32 or u64) beside verify',
  },
  {
    name: 'messages of nobody in particular, to be verified',
    text: `verify: true\n${BODY}${stream('').replace('count: 1', 'count: 2')}`,
    told:
      '7:9: groups.a.publish[0].payload: found messages of devices that share a topic, expected ' +
      'id and stream in the stamp, or {id} or {index} in the topic, beside verify',
  },
  {
    name: 'another version, and only that',
    text: 'version: 2\ngroup: {}',
    told: '1:10: version: found 2, expected 1',
  },
  {
    name: 'broken YAML',
    text: 'version: 1\ngroups: [',
    told: '2:10: not YAML: flow sequence in block collection must be sufficiently indented and end with a ]',
  },
  {
    name: 'a key twice',
    text: 'version: 1\nversion: 1',
    told: '2:1: not YAML: map keys must be unique',
  },
  { name: 'an unknown tag', text: 'version: !x 1', told: '1:10: not YAML: unresolved tag: !x' },
  {
    name: 'an unknown alias',
    text: 'version: 1\ngroups: *x',
    told: ' not YAML: unresolved alias (the anchor must be set before the alias): x',
  },
  {
    name: 'an unknown key near a known one',
    text: `duraton: 1s\n${BODY}  a: { count: 1 }`,
    told: '1:1: duraton: unknown key, did you mean duration?',
  },
  {
    name: 'an unknown key far from all',
    text: `${BODY}  a: { count: 1, connect: { x: 1 } }`,
    told:
      '3:29: groups.a.connect.x: unknown key, expected one of keepalive clean protocolVersion ' +
      'sessionExpiry reconnect',
  },
  {
    name: 'a duration without a unit',
    text: `duration: 30\n${BODY}  a: { count: 1 }`,
    told: '1:11: duration: found 30, expected a duration from 1ms to 3650d, such as 250ms, 30s, 5m or 1h',
  },
  {
    name: 'a period below the minimum',
    text: `${BODY}  a: { count: 1, publish: [{ topic: t, every: 9ms }] }`,
    told: '3:47: groups.a.publish[0].every: found "9ms", expected a duration from 10ms to 3650d, such as 250ms, 30s, 5m or 1h',
  },
  {
    name: 'a missing period',
    text: `${BODY}  a: { count: 1, publish: [{ topic: t }] }`,
    told: '3:28: groups.a.publish[0].every: found nothing, expected a duration from 10ms to 3650d, such as 250ms, 30s, 5m or 1h',
  },
  {
    name: 'a key without a value',
    text: `${BODY}  a:\n    count:\n`,
    told: '4:11: groups.a.count: found nothing, expected a whole number from 0 to 1000000',
  },
  {
    name: 'a jitter above the period',
    text: BODY + stream(', jitter: 2s'),
    told: '6:40: groups.a.publish[0].jitter: found "2s", expected a duration not above every',
  },
  {
    name: 'a QoS that does not exist',
    text: BODY + stream(', qos: 3'),
    told: '6:37: groups.a.publish[0].qos: found 3, expected 0, 1 or 2',
  },
  {
    name: 'an unknown placeholder',
    text: `${BODY}  a: { count: 1, clientId: "x-{indx}" }`,
    told: '3:28: groups.a.clientId: found placeholder {indx}, expected one of {index} {group} {seed}',
  },
  {
    name: 'a topic with a wildcard',
    text: `${BODY}  a: { count: 1, publish: [{ topic: t/+, every: 1s }] }`,
    told: '3:37: groups.a.publish[0].topic: found "t/+", expected a topic without the wildcards + and #',
  },
  {
    name: 'a filter with a misplaced wildcard',
    text: `${BODY}  a: { count: 1, subscribe: [{ filter: "a/#/b" }] }`,
    told: '3:40: groups.a.subscribe[0].filter: found "a/#/b", expected # as the last whole level',
  },
  {
    name: 'an unknown sensor',
    text: BODY + field('{ sensor: wlk }'),
    told: '6:66: groups.a.publish[0].payload.fields.f.sensor: found "wlk", expected one of constant walk sine gaussian uniform step counter follow replay track function',
  },
  {
    name: 'a sensor without its kind',
    text: BODY + field('{ min: 1 }'),
    told: '6:56: groups.a.publish[0].payload.fields.f.sensor: found nothing, expected one of constant walk sine gaussian uniform step counter follow replay track function',
  },
  {
    name: 'a field that is a list',
    text: BODY + field('[1]'),
    told: '6:56: groups.a.publish[0].payload.fields.f: found a list, expected a sensor such as { sensor: walk, min: 0, max: 100, step: 1 }, or a number, true, false, null or text of at most 256 characters',
  },
  {
    name: 'bounds in the wrong order',
    text: BODY + field('{ sensor: uniform, min: 2, max: 1 }'),
    told: '6:80: groups.a.publish[0].payload.fields.f.min: found 2, expected a number not above max',
  },
  {
    name: 'a walk that starts outside',
    text: BODY + field('{ sensor: walk, min: 0, max: 1, step: 1, start: 3 }'),
    told: '6:104: groups.a.publish[0].payload.fields.f.start: found 3, expected a number from min to max',
  },
  {
    name: 'a step with too few holds',
    text: BODY + field('{ sensor: step, values: [1, 2], hold: [1s] }'),
    told: '6:94: groups.a.publish[0].payload.fields.f.hold: found a list, expected as many durations as there are values',
  },
  {
    name: 'a number that is not finite',
    text: BODY + field('.inf'),
    told: '6:56: groups.a.publish[0].payload.fields.f: found Infinity, expected a sensor such as { sensor: walk, min: 0, max: 100, step: 1 }, or a number, true, false, null or text of at most 256 characters',
  },
  {
    name: 'a field named like a stamp',
    text: BODY + stream(', payload: { fields: { seq: 1 } }'),
    told: '6:51: groups.a.publish[0].payload.fields: found a mapping, expected names other than those of the stamp (id stream seq ts as far as it is used)',
  },
  {
    name: 'a session expiry before MQTT 5',
    text: `${BODY}  a: { count: 1, connect: { sessionExpiry: 1h } }`,
    told: '3:44: groups.a.connect.sessionExpiry: found "1h", expected protocolVersion: 5 beside it',
  },
  {
    name: 'an unknown URL scheme',
    text: `broker: http://x\n${BODY}  a: { count: 1 }`,
    told: '1:9: broker: found "http://x", expected a broker URL such as mqtt://127.0.0.1:1883, or embedded',
  },
  {
    name: 'a ramp with rate and time',
    text: `ramp: { rate: 1/s, over: 1s }\n${BODY}  a: { count: 1 }`,
    told: '1:15: ramp.rate: found "1/s", expected either rate or over',
  },
  {
    name: 'a group name with a space',
    text: `${BODY}  a b: { count: 1 }`,
    told: '3:3: groups.a b: found "a b", expected 1 to 64 letters, digits, - _ or .',
  },
  {
    name: 'a group name twice',
    text: `${BODY}  - { name: a, count: 1 }\n  - { name: a, count: 1 }`,
    told: '4:13: groups[1].name: found "a", expected another name than groups[0] has',
  },
  {
    name: 'a group without a share',
    text: `${BODY}  a: {}`,
    told: '3:6: groups.a.count: found nothing, expected a count or a weight',
  },
  {
    name: 'a group with both shares',
    text: `devices: 9\n${BODY}  a: { count: 1, weight: 1 }`,
    told: '4:26: groups.a.weight: found both, expected either count or weight',
  },
  {
    name: 'counts beside weights',
    text: `devices: 9\n${BODY}  a: { count: 1 }\n  b: { weight: 1 }`,
    told: '5:16: groups.b.weight: found weight, expected count as in groups.a',
  },
  {
    name: 'weights without a total',
    text: `${BODY}  a: { weight: 1 }`,
    told: '1:1: devices: found nothing, expected the number of all devices, because groups have weights',
  },
  {
    name: 'no device at all',
    text: `${BODY}  a: { count: 0 }`,
    told: '3:3: groups: found 0 devices in all, expected 1 to 1000000 devices',
  },
  {
    name: 'too many devices',
    text: `${BODY}  a: { count: 1000000 }\n  b: { count: 1 }`,
    told: '3:3: groups: found 1000001 devices in all, expected 1 to 1000000 devices',
  },
  {
    name: 'one client id for many',
    text: `${BODY}  a: { count: 2, clientId: x }`,
    told: '3:28: groups.a.clientId: found "x", expected a client id with {index}, as devices are many',
  },
  {
    name: 'client ids that two groups share',
    text: `${BODY}  a: { count: 3 }\n  b: { count: 2, clientId: "a-{index:01}" }`,
    told: '4:28: groups.b.clientId: found client id "a-0", expected client ids that group a does not have',
  },
  {
    name: 'client ids that only meet at the end',
    text: `${BODY}  a: { count: 12, clientId: "x{index}" }\n  b: { count: 2, clientId: "x1{index}" }`,
    told: '4:28: groups.b.clientId: found client id "x10", expected client ids that group a does not have',
  },
  {
    name: 'a client id too long for MQTT 3.1',
    text: `${BODY}  a: { count: 1, clientId: abcdefghijklmnopqrstuvwx, connect: { protocolVersion: 3 } }`,
    told: '3:28: groups.a.clientId: found client id "abcdefghijklmnopqrstuvwx" of 24 characters, expected at most 23 with protocolVersion: 3',
  },
  {
    name: 'a link profile that does not exist',
    text: `${BODY}  a: { count: 1, link: nbiot }`,
    told: '3:24: groups.a.link: found "nbiot", expected one of ethernet wifi-poor 3g edge gprs lte-m nb-iot satellite lorawan-gateway, or a mapping with profile and what differs',
  },
  {
    name: 'a bit rate without a unit',
    text: `${BODY}  a: { count: 1, link: { profile: gprs, uplink: 60 } }`,
    told: '3:49: groups.a.link.uplink: found 60, expected a bit rate such as 60kbit/s, 1Mbit/s, or unlimited',
  },
  {
    name: 'a loss of more than everything',
    text: `${BODY}  a: { count: 1, link: { profile: gprs, loss: 120% } }`,
    told: '3:47: groups.a.link.loss: found "120%", expected a share such as 2% or 0.02',
  },
  {
    name: 'an outage without a length',
    text: `${BODY}  a: { count: 1, link: { profile: gprs, outages: [{ start: 1h }] } }`,
    told: '3:51: groups.a.link.outages[0].duration: found nothing, expected a duration from 1ms to 3650d, such as 250ms, 30s, 5m or 1h',
  },
  {
    name: 'a fault of an unknown kind',
    text: `faults: [{ broker: explode, at: 1m }]\n${BODY}  a: { count: 1 }`,
    told: '1:20: faults[0].broker: found "explode", expected restart or slow',
  },
  {
    name: 'a fault of what does not exist',
    text: `faults: [{ wind: strong, at: 1m }]\n${BODY}  a: { count: 1 }`,
    told: '1:10: faults[0]: found a mapping, expected a mapping with broker, devices, link or outage, and at',
  },
  {
    name: 'a fault of devices without a unit',
    text: `faults: [{ devices: reboot, at: 10 }]\n${BODY}  a: { count: 1 }`,
    told: '1:33: faults[0].at: found 10, expected a duration from 0s to 3650d, such as 250ms, 30s, 5m or 1h',
  },
  {
    name: 'a fault of an unknown group',
    text: `faults: [{ outage: cut, at: 1m, duration: 1m, groups: [a, b] }]\n${BODY}  a: { count: 1 }`,
    told: '1:59: faults[0].groups[1]: found "b", expected one of the groups a',
  },
  {
    name: 'a stage that sends the same to all',
    text: `stages: [{ send: cmd/all, at: 1m }]\n${BODY}  a: { count: 1 }`,
    told: '1:18: stages[0].send: found "cmd/all", expected a topic with {id}',
  },
  {
    name: 'a device that never sleeps',
    text: `${BODY}  a: { count: 1, lifecycle: { sleep: { every: 1m, awake: 1m } } }`,
    told: '3:58: groups.a.lifecycle.sleep.awake: found "1m", expected a duration below every',
  },
  {
    name: 'a certificate without its key',
    text: `broker: { cert: c.pem }\n${BODY}  a: { count: 1 }`,
    told: '1:17: broker.cert: found "c.pem", expected cert and key, or neither',
  },
  {
    name: 'a field that follows one behind it',
    text: `${BODY}  a:\n    count: 1\n    publish:\n      - topic: t\n        every: 1s\n        payload:\n          fields:\n            h: { sensor: follow, of: t }\n            t: { sensor: uniform, min: 0, max: 1 }`,
    told: '10:38: groups.a.publish[0].payload.fields.h.of: found "t", expected a varying number that stands before it',
  },
  {
    name: 'a layout with an unknown field',
    text: BODY + stream(', payload: { format: binary, layout: ["u8 seq", "i16 temp * 10"] }'),
    told: '6:78: groups.a.publish[0].payload.layout[1]: found "temp", expected one of stream seq ts',
  },
  {
    name: 'a layout with an unknown type',
    text: BODY + stream(', payload: { format: binary, layout: ["u24 seq"] }'),
    told: '6:68: groups.a.publish[0].payload.layout[0]: found "u24 seq", expected one of u8 u16 u32 u64 i8 i16 i32 f32 f64 in front of the name',
  },
  {
    name: 'a binary payload without a layout',
    text: BODY + stream(', payload: { format: binary }'),
    told: '6:41: groups.a.publish[0].payload.layout: found nothing, expected a layout with format: binary, and only there',
  },
  {
    name: 'an exception for a field that does not exist',
    text: BODY + stream(', exception: { field: x, deadband: 1 }'),
    told: '6:52: groups.a.publish[0].exception.field: found "x", expected the name of a field that changes',
  },
  {
    name: 'a burst longer than its period',
    text: BODY + stream(', burst: { messages: 20, spacing: 100ms }'),
    told: '6:39: groups.a.publish[0].burst: found a mapping, expected messages that fit into every',
  },
  {
    name: 'a batch of binary messages',
    text: BODY + stream(', batch: 5, payload: { format: binary, layout: ["u8 seq"] }'),
    told: '6:39: groups.a.publish[0].batch: found 5, expected 1 with format: binary or with burst',
  },
  {
    name: 'a way that nobody goes',
    text: BODY + field('{ sensor: track, figure: speed }'),
    told: '6:66: groups.a.publish[0].payload.fields.f.sensor: found "track", expected a track in the group beside it',
  },
  {
    name: 'a waypoint beyond the pole',
    text: `${BODY}  a: { count: 1, track: { waypoints: [[91, 0], [0, 0]] } }`,
    told: '3:40: groups.a.track.waypoints[0][0]: found 91, expected latitude and longitude such as [52.52, 13.40]',
  },
  {
    name: 'a model beside streams',
    text: `${BODY}  a: { count: 1, model: ./pump.ts, publish: [] }`,
    told: '3:45: groups.a.publish: found both, expected either model or publish',
  },
  {
    name: 'firmware beside a model and streams',
    text: `${BODY}  a: { count: 1, model: ./pump.ts, firmware: ./pump.hex }`,
    told: '3:46: groups.a.firmware: found both, expected either model or firmware',
  },
  {
    name: 'firmware that is no image',
    text: `${BODY}  a: { count: 1, firmware: ./pump.elf }`,
    told:
      '3:28: groups.a.firmware: found "./pump.elf", expected the path of an image such as ' +
      './pump.hex, .uf2 or .bin',
  },
  {
    name: 'an analog input that no chip has',
    text: `${BODY}  a: { count: 1, firmware: { file: a.hex, analog: { 8: 1 } } }`,
    told:
      '3:51: groups.a.firmware.analog: found a mapping, expected a mapping of analog inputs, 0 to ' +
      '7, to numbers or sensors of numbers, in volts',
  },
  {
    name: 'a byte behind the end of the EEPROM',
    text: `${BODY}  a: { count: 1, firmware: { file: a.hex, eeprom: { 1023: [1, 2] } } }`,
    told:
      '3:51: groups.a.firmware.eeprom: found a mapping, expected a mapping of addresses, 0 to ' +
      '1023, to bytes, such as { 24: [0, 60] }',
  },
  {
    name: 'a brown-out detector that no chip has',
    text: `${BODY}  a: { count: 1, firmware: { file: a.hex, supply: { brownOut: 3 } } }`,
    told: '3:63: groups.a.firmware.supply.brownOut: found 3, expected 1.8, 2.7, 4.3 or off',
  },
  {
    name: 'a supply on which no chip would start',
    text: `${BODY}  a: { count: 1, firmware: { file: a.hex, supply: { volts: 2.7 } } }`,
    told:
      '3:60: groups.a.firmware.supply.volts: found 2.7, expected more than the level of the ' +
      'brown-out detector',
  },
  {
    name: 'a filter of firmware that is none',
    text: `${BODY}  a: { count: 1, firmware: { file: a.hex, subscribes: [a/#/b] } }`,
    told: '3:56: groups.a.firmware.subscribes[0]: found "a/#/b", expected # as the last whole level',
  },
  {
    name: 'a serial line that flips more than all bytes',
    text: `${BODY}  a: { count: 1, firmware: { file: a.hex, line: { flip: 2 } } }`,
    told: '3:57: groups.a.firmware.line.flip: found 2, expected a share such as 2% or 0.02',
  },
  {
    name: 'resets that do not ascend',
    text: `${BODY}  a: { count: 1, firmware: { file: a.hex, line: { resetAt: [9, 9] } } }`,
    told:
      '3:60: groups.a.firmware.line.resetAt: found a list, expected ascending numbers of bytes, ' +
      'such as [300, 2500]',
  },
  {
    name: 'a cable that is never plugged in between its times',
    text:
      `${BODY}  a: { count: 1, firmware: { file: a.hex, line: { ` +
      'unplugs: [{ start: 1s, duration: 2s, every: 2s }] } } }',
    told: '3:95: groups.a.firmware.line.unplugs[0].every: found "2s", expected more than the duration',
  },
  {
    name: 'a program in another than real time',
    text: `version: 1\nclock: virtual\ngroups:\n  a: { count: 1, firmware: { command: [qemu] } }`,
    told:
      '4:39: groups.a.firmware.command: found clock: virtual, expected clock: real beside it, ' +
      'because a program has a clock of its own',
  },
  {
    name: 'a program on whose line something is to go wrong',
    text: `${BODY}  a: { count: 1, firmware: { command: [qemu], line: { flip: 1% } } }`,
    told: '3:47: groups.a.firmware.line: unknown key, expected one of command uart framing publishes subscribes',
  },
  {
    name: 'a UART that is nowhere',
    text: `${BODY}  a: { count: 1, firmware: { command: [qemu], uart: com7 } }`,
    told:
      '3:53: groups.a.firmware.uart: found "com7", expected the path of a terminal such as ' +
      '/tmp/{id}, or HOST:PORT',
  },
  {
    name: 'a drift without its unit',
    text: `${BODY}  a: { count: 1, wallClock: { drift: 20 } }`,
    told: '3:38: groups.a.wallClock.drift: found 20, expected a drift up to 10000ppm, such as 20ppm',
  },
  {
    name: 'a file where there are none',
    text: `${BODY}  a: { count: 1, credentials: who.csv }`,
    told: '3:31: groups.a.credentials: found the file who.csv, which cannot be read from here, expected a file that can be used',
  },
  {
    name: 'a threshold that says nothing',
    text: `thresholds: [fast]\n${BODY}  a: { count: 1 }`,
    told: '1:14: thresholds[0]: found "fast", expected a threshold such as "acked.rate > 0.99" or "latency.p95 < 500ms"',
  },
  {
    name: 'a threshold of a group that does not exist',
    text: `thresholds: ["acked.rate{group:b} > 0"]\n${BODY}  a: { count: 1 }`,
    told: '1:14: thresholds[0]: found group b, expected one of the groups a',
  },
]
