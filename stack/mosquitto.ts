import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ADMIN_ACLS, serviceAcls } from '../chassis/broker/acl.ts'
import { withUsers } from '../chassis/broker/usersFile.ts'
import { commandAs, ownFolder } from './account.ts'
import { waitForTcp } from './probes.ts'
import { passwordIn, secured } from './secret.ts'
import { type ServerSpec, type ServerOptions, serverSpec } from './server.ts'
import { renderConfig } from './template.ts'
import { writeAtomically } from './writeAtomically.ts'

const USERS = {
  INGEST_MQTT_URL: 'ingest',
  BRIDGE_MQTT_URL: 'bridge',
  ACCOUNT_MQTT_URL: 'account',
}

/** The MQTT broker, with the chart's configuration and a user for each service. It keeps the devices that were added. */
export function mosquitto(options: ServerOptions): ServerSpec {
  const { dir, port, name = 'mosquitto', prefix = 'causeway' } = options
  const { url, password, addresses, certificate } = secured(options, 'mqtt', USERS)
  const users = join(dir, 'users.json')
  const acls = serviceAcls(prefix)
  const services = Object.entries(USERS).map(([variable, user]) => ({
    name: user,
    password: passwordIn(addresses[variable]),
    acls: acls[user] ?? [],
  }))
  const known = existsSync(users) ? readFileSync(users, 'utf8') : undefined
  writeAtomically(
    users,
    withUsers(known, [{ name: 'admin', password, acls: ADMIN_ACLS }, ...services]),
  )
  const config = join(dir, 'mosquitto.conf')
  renderConfig('mosquitto.conf.template', config, {
    MQTT_HOST: '127.0.0.1',
    MQTT_PORT: String(port),
    TLS:
      certificate === undefined ? '' : `certfile ${certificate.cert}\nkeyfile ${certificate.key}`,
    PLUGIN: plugin(),
    USERS_FILE: users,
    DATA_DIR: dir,
  })
  return serverSpec('mosquitto', {
    name,
    url,
    addresses,
    command: commandAs(ownFolder(dir), 'mosquitto', ['-c', config], { files: [config] }),
    probe: () => waitForTcp(port),
  })
}

/** The path of the dynamic security plugin, which every package of Mosquitto has somewhere else. */
export function plugin(): string {
  const debian = readdirSync('/usr/lib').map((folder) => join('/usr/lib', folder))
  const folders = [...debian, '/usr/lib', '/usr/local/lib', '/opt/homebrew/lib']
  const found = folders
    .map((folder) => join(folder, 'mosquitto_dynamic_security.so'))
    .find((path) => existsSync(path))
  if (found === undefined)
    throw new Error('Mosquitto has no dynamic security plugin. Set MQTT_URL.')
  return found
}
