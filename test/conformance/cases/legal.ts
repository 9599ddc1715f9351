// Packets in forms that are legal and seldom seen: a client takes them all and stays online. Each
// row: the name of its test, the bytes, and the messages that come out of them.

export type LegalBytes = readonly [name: string, hex: string, messages: readonly string[]]

export const LEGAL_5: readonly LegalBytes[] = [
  ['MQTT5-1.5.4-3: U+FEFF in front of a topic is kept', '30 07 0004 efbbbf74 00', ['\uFEFFt']],
  ['MQTT5-1.5.4-1: a topic beyond the basic plane', '30 07 0004 f09f9880 00', ['\u{1F600}']],
  ['MQTT5-1.5.4-1: a noncharacter in a topic', '30 06 0003 efbfbf 00', ['\uFFFF']],
  ['MQTT5-4.7.3-1: a topic of one space', '30 04 0001 20 00', [' ']],
  ['MQTT5-4.7.3-4: a topic of slashes only', '30 05 0002 2f2f 00', ['//']],
  [
    'MQTT5-4.7.3-4: upper and lower case are two topics',
    '30 04 0001 41 00 30 04 0001 61 00',
    ['A', 'a'],
  ],
  [
    'MQTT5-2.2.2-1: all properties of PUBLISH at once',
    '30 2b 0001 74 27 0101 0200000009 03000161 08000162 0900020001 0b07 0bff7f 26000161000162 26000161000163',
    ['t'],
  ],
  ['MQTT5-3.3.4-4: subscription identifiers may repeat', '30 08 0001 74 04 0b01 0b01', ['t']],
  [
    'MQTT5-3.3.2-18: user properties may repeat',
    '30 12 0001 74 0e 26000161000162 26000161000162',
    ['t'],
  ],
  ['MQTT5-3.3.1-6: an empty payload', '31 04 0001 74 00', ['t']],
  ['MQTT5-3.4.2-1: PUBACK of a stranger in two bytes', '40 02 0101', []],
  ['MQTT5-3.4.2-1: PUBACK of a stranger in three bytes', '40 03 0101 10', []],
  [
    'MQTT5-3.4.2-1: PUBACK of a stranger with a reason string',
    '40 0a 0101 87 06 1f0003 6e6f21',
    [],
  ],
  ['MQTT5-3.7.2-1: PUBCOMP of a stranger', '70 03 0101 92', []],
  ['MQTT5-2.2.1-6: SUBACK of a stranger', '90 04 0101 00 00', []],
  ['MQTT5-2.2.1-6: UNSUBACK of a stranger', 'b0 04 0101 00 11', []],
  ['MQTT5-3.12.4-1: PINGRESP that nobody asked for', 'd0 00', []],
]

export const LEGAL_4: readonly LegalBytes[] = [
  ['MQTT311-1.5.3-3: U+FEFF in front of a topic is kept', '30 06 0004 efbbbf74', ['\uFEFFt']],
  [
    'MQTT311-4.7.3-4: upper and lower case are two topics',
    '30 03 0001 41 30 03 0001 61',
    ['A', 'a'],
  ],
  ['MQTT311-2.3.1-6: PUBACK of a stranger', '40 02 0101', []],
  ['MQTT311-2.3.1-7: SUBACK of a stranger', '90 03 0101 80', []],
  ['MQTT311-2.3.1-7: UNSUBACK of a stranger', 'b0 02 0101', []],
]
