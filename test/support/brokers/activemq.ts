// ActiveMQ Classic, the living successor of Apollo: one port for all its protocols, which it tells
// apart by the first bytes (`auto://`), and MQTT by the same codec library as Apollo's.

import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { componentPath } from '../component.ts'
import { startOnFreePort } from './broker-process.ts'
import type { BrokerProgram } from './broker-process.ts'
import { PASSWORD, USERNAME } from './test-broker.ts'
import type { BrokerKind } from './test-broker.ts'

const HOME = '/usr/share/activemq'
const JARS = '/usr/share/java'
/** What its MQTT transport is made of; Debian's package of ActiveMQ does not ask for it. */
const MQTT_JARS = ['mqtt-client', 'hawtdispatch', 'hawtdispatch-transport', 'hawtbuf']

export const activemqKind: BrokerKind = {
  name: 'ActiveMQ',
  component: 'activemq',
  versions: [3, 4],
  refusals: {
    5: { seen: 'closes the connection without CONNACK', error: /ERR_LINK_CLOSED/ },
  },
  release: () => {
    const names = existsSync(JARS) ? readdirSync(JARS) : []
    const found = names.map((name) => /^activemq-broker-(.+)\.jar$/.exec(name)?.[1])
    return found.find(Boolean) ?? 'unknown'
  },
  start: () => startOnFreePort('activemq', writeProgram),
}

function writeProgram(folder: string, port: number): BrokerProgram {
  const settings = join(folder, 'activemq.xml')
  writeFileSync(settings, settingsOf(folder, port))
  const jars = [`${HOME}/lib`, `${HOME}/lib/optional`].flatMap((lib) =>
    readdirSync(lib)
      .filter((name) => name.endsWith('.jar'))
      .map((name) => join(lib, name)),
  )
  const classPath = [...jars, ...MQTT_JARS.map((name) => `${JARS}/${name}.jar`)].join(':')
  return {
    command: componentPath('activemq'),
    args: [
      '-Xmx256m',
      `-Dactivemq.home=${HOME}`,
      `-Dactivemq.base=${folder}`,
      `-Dactivemq.data=${folder}/data`,
      '-cp',
      classPath,
      'org.apache.activemq.console.Main',
      'start',
      `xbean:file:${settings}`,
    ],
    port,
  }
}

function settingsOf(folder: string, port: number): string {
  const spring = 'http://www.springframework.org/schema/beans'
  const core = 'http://activemq.apache.org/schema/core'
  const user = `<authenticationUser username="${USERNAME}" password="${PASSWORD}" groups="admins"/>`
  return `<beans xmlns="${spring}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="${spring} ${spring}/spring-beans.xsd ${core} ${core}/activemq-core.xsd">
<broker xmlns="${core}" brokerName="localhost" dataDirectory="${folder}/data"
 persistent="true" useJmx="false">
<plugins><simpleAuthenticationPlugin><users>${user}</users></simpleAuthenticationPlugin></plugins>
<transportConnectors>
<transportConnector name="auto" uri="auto://127.0.0.1:${port}"/>
</transportConnectors>
</broker></beans>
`
}
