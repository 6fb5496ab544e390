import { GO_PEERS } from '../peers/goPeers.ts'
import type { Cores } from './cores.ts'
import { describeSystem, shell, version } from './system.ts'

/** The machine and the programs of a benchmark, as rows of a table. */
export function describeMachine(cores: Cores): Record<string, string> {
  const limit = shell('ulimit -n')
  return {
    ...describeSystem(),
    Cores: `the server under test on core ${cores.server}; everything else on ${cores.rest}`,
    'Open files': `${limit} for each process; net.core.somaxconn ${shell('cat /proc/sys/net/core/somaxconn')}`,
    Libraries: ['better-sse', 'ioredis'].map(libraryVersion).join(', '),
    nginx: `${shell('nginx -v 2>&1').replace('nginx version: nginx/', '')}, Nchan ${nchanVersion()}`,
    'Go peers': `${GO_PEERS}, ${shell("go env GOVERSION 2> /dev/null || echo 'left out: no Go'")}`,
    Redis: /v=(\S+)/.exec(shell('redis-server --version'))?.[1] ?? 'unknown',
    Compiler: shell('cc --version').split('\n')[0] ?? '',
  }
}

function libraryVersion(name: string): string {
  return `${name} ${version(`node_modules/${name}/package.json`)}`
}

/** Known only if Debian's package is installed. */
function nchanVersion(): string {
  return shell("dpkg-query -W -f '${Version}' libnginx-mod-nchan 2> /dev/null || echo unknown")
}
