import { commandAs, ownFolder } from './account.ts'
import { greets } from './probes.ts'
import { type ServerSpec, type ServerOptions, serverEnv } from './server.ts'

/** Redis as a cache that may be lost at any time: nothing is written to disk. */
export function redis({ dir, port }: ServerOptions): ServerSpec {
  const account = ownFolder(dir)
  const settings = {
    port,
    bind: '127.0.0.1',
    dir,
    save: '',
    appendonly: 'no',
    // Bounded; what goes first is what would expire anyway, so that the head, whose time every watermark renews, stays.
    maxmemory: '512mb',
    'maxmemory-policy': 'volatile-ttl',
    'tcp-backlog': 4096,
  }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
  return {
    url: `redis://127.0.0.1:${port}`,
    role: 'redis',
    name: 'redis',
    command: commandAs(account, 'redis-server', args, { files: [dir] }),
    env: serverEnv(),
    cwd: '/',
    probe: () => greets(port, 'PING\r\n', '+PONG'),
    readyWithin: 15_000,
    stopSignal: 'SIGTERM',
    stopWithin: 5_000,
  }
}
