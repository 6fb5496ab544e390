import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { serviceAcls } from '../chassis/broker/acl.ts'
import { type BrokerUser, withUsers } from '../chassis/broker/usersFile.ts'
import { readConfig } from '../chassis/config.ts'
import { brokerConfig } from './config.ts'

/**
 * `node dist/broker/main.js`: writes the services' users, with the names and passwords in their addresses, into the file from which
 * Mosquitto then starts. Users of devices in it stay.
 */
const { BROKER_USERS_FILE: file, MQTT_PREFIX, ...config } = readConfig('broker', brokerConfig)
const acls = serviceAcls(MQTT_PREFIX)
const users = new Map<string, BrokerUser>()
for (const [variable, url] of Object.entries(config)) {
  if (url === undefined) continue
  const [name = '', password = ''] = [new URL(url).username, new URL(url).password].map(
    decodeURIComponent,
  )
  const service = variable.replace('_MQTT_URL', '').toLowerCase()
  // One user of several services may do what any of them may.
  const more = [...(users.get(name)?.acls ?? []), ...(acls[service] ?? [])]
  users.set(name, { name, password, acls: more })
}
const text = withUsers(existsSync(file) ? readFileSync(file, 'utf8') : undefined, [
  ...users.values(),
])
writeFileSync(`${file}.new`, text, { mode: 0o600 })
renameSync(`${file}.new`, file)
console.log(`Users of the broker: ${[...users.keys()].join(', ')}`)
