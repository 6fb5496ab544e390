import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { arch, cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { serverEnv } from '../stack/server.ts'
import { ROOT } from '../stack/root.ts'
import type { Cores } from './cores.ts'
import { GO_PEERS } from './peers/goPeers.ts'

/** What the figures depend on, as a table for the reader. */
export function describeMachine(cores: Cores): Record<string, string> {
  const limit = shell('ulimit -n')
  return {
    Machine: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    System: `${field('/etc/os-release', /^PRETTY_NAME="(.*)"$/m)}, Linux ${release()} ${arch()}`,
    Cores: `the server under test on core ${cores.server}; everything else on ${cores.rest}`,
    'Open files': `${limit} for each process; net.core.somaxconn ${shell('cat /proc/sys/net/core/somaxconn')}`,
    Node: process.version,
    Causeway: `${version('package.json')} (${shell(`git -C '${ROOT}' describe --always --dirty 2>&1 || true`)})`,
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

function version(path: string): string {
  return field(join(ROOT, path), /"version": "([^"]+)"/)
}

/** Debian's packages are what is installed; elsewhere nothing tells. */
function nchanVersion(): string {
  return shell("dpkg-query -W -f '${Version}' libnginx-mod-nchan 2> /dev/null || echo unknown")
}

function field(path: string, pattern: RegExp): string {
  return pattern.exec(readFileSync(path, 'utf8'))?.[1] ?? 'unknown'
}

function shell(command: string): string {
  return execFileSync('sh', ['-c', command], { encoding: 'utf8', env: serverEnv() }).trim()
}
