import { join } from 'node:path'
import { commandAs, ownFolder } from './account.ts'
import { greets } from './probes.ts'
import { ROOT } from './root.ts'
import { type ServerSpec, type ServerOptions, serverEnv } from './server.ts'
import { render } from './template.ts'

/** The MQTT broker, with the configuration that deploy/ has for it. */
export function mosquitto({ dir, port }: ServerOptions): ServerSpec {
  const config = join(dir, 'mosquitto.conf')
  ownFolder(dir)
  render(join(ROOT, 'charts/causeway/files/mosquitto.conf.template'), config, {
    MQTT_HOST: '127.0.0.1',
    MQTT_PORT: String(port),
    ACCESS: 'allow_anonymous true',
    DATA_DIR: dir,
  })
  // Again, for the configuration must be readable to the account too.
  const account = ownFolder(dir)
  return {
    url: `mqtt://127.0.0.1:${port}`,
    role: 'mosquitto',
    name: 'mosquitto',
    command: commandAs(account, 'mosquitto', ['-c', config], { files: [config] }),
    env: serverEnv(),
    cwd: '/',
    probe: () => greets(port),
    readyWithin: 15_000,
    stopSignal: 'SIGTERM',
    stopWithin: 5_000,
  }
}
