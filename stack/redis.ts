import { join } from 'node:path'
import { commandAs, ownFolder } from './account.ts'
import { waitForTcp } from './probes.ts'
import { ROOT } from './root.ts'
import { passwordIn, secured } from './secret.ts'
import { type ServerSpec, type ServerOptions, serverSpec } from './server.ts'
import { render } from './template.ts'

const USERS = {
  BRIDGE_REDIS_URL: 'bridge',
  GATEWAY_REDIS_URL: 'gateway',
  LIMITS_REDIS_URL: 'limiter',
}

/** Redis as a cache that may be lost at any time, with a user for each service. */
export function redis(options: ServerOptions): ServerSpec {
  const { dir, port, prefix = 'causeway' } = options
  const { url, password, addresses, certificate } = secured(options, 'redis', USERS)
  const tls = ['port 0', `tls-port ${port}`, 'tls-auth-clients no']
  // A file, because everybody can read a command line.
  const config = join(dir, 'redis.conf')
  render(join(ROOT, 'deploy/redis/redis.conf.template'), config, {
    REDIS_HOST: '127.0.0.1',
    LISTEN:
      certificate === undefined
        ? `port ${port}`
        : [...tls, `tls-cert-file ${certificate.cert}`, `tls-key-file ${certificate.key}`].join(
            '\n',
          ),
    DATA_DIR: dir,
    REDIS_PREFIX: prefix,
    ADMIN_PASSWORD: password,
    BRIDGE_PASSWORD: passwordIn(addresses['BRIDGE_REDIS_URL']),
    GATEWAY_PASSWORD: passwordIn(addresses['GATEWAY_REDIS_URL']),
    LIMITER_PASSWORD: passwordIn(addresses['LIMITS_REDIS_URL']),
  })
  return serverSpec('redis', {
    url,
    addresses,
    command: commandAs(ownFolder(dir), 'redis-server', [config], { files: [config] }),
    probe: () => waitForTcp(port),
  })
}
