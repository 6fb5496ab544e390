import { join } from 'node:path'
import { commandAs, ownFolder } from './account.ts'
import { waitForTcp } from './probes.ts'
import { type ServerSpec, type ServerOptions, serverSpec } from './server.ts'
import { renderConfig } from './template.ts'

/** The MQTT broker, with the chart's configuration. */
export function mosquitto({ dir, port }: ServerOptions): ServerSpec {
  const config = join(dir, 'mosquitto.conf')
  const account = ownFolder(dir)
  renderConfig('mosquitto.conf.template', config, {
    MQTT_HOST: '127.0.0.1',
    MQTT_PORT: String(port),
    ACCESS: 'allow_anonymous true',
    DATA_DIR: dir,
  })
  return serverSpec('mosquitto', {
    url: `mqtt://127.0.0.1:${port}`,
    command: commandAs(account, 'mosquitto', ['-c', config], { files: [config] }),
    probe: () => waitForTcp(port),
  })
}
