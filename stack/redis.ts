import { commandAs, ownFolder } from './account.ts'
import { waitForTcp } from './probes.ts'
import { type ServerSpec, type ServerOptions, serverSpec } from './server.ts'

/** Redis as a cache that may be lost at any time: it writes nothing to disk. */
export function redis({ dir, port }: ServerOptions): ServerSpec {
  const account = ownFolder(dir)
  const settings = {
    port,
    bind: '127.0.0.1',
    dir,
    save: '',
    appendonly: 'no',
    // Bounded. It evicts first what would expire first anyway, so that the head stays: every watermark renews its time.
    maxmemory: '512mb',
    'maxmemory-policy': 'volatile-ttl',
    'tcp-backlog': 4096,
  }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
  return serverSpec('redis', {
    url: `redis://127.0.0.1:${port}`,
    command: commandAs(account, 'redis-server', args, { files: [dir] }),
    probe: () => waitForTcp(port, 'PING\r\n', '+PONG'),
  })
}
