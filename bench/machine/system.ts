import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { arch, cpus, release, totalmem, type as osType } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../../stack/root.ts'
import { serverEnv } from '../../stack/server.ts'

/** The machine, Node and the commit, as rows of a table: every report names them. */
export function describeSystem(): Record<string, string> {
  const gibibytes = Math.round(totalmem() / 2 ** 30)
  return {
    Machine: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, ${gibibytes} GiB`,
    System: `${field('/etc/os-release', /^PRETTY_NAME="(.*)"$/m)}, ${osType()} ${release()} ${arch()}`,
    Node: process.version,
    Causeway: `${version('package.json')} (${shell(`git -C '${ROOT}' describe --always --dirty 2>&1 || true`)})`,
  }
}

/** The version in a package.json below the repository. */
export function version(path: string): string {
  return field(join(ROOT, path), /"version": "([^"]+)"/)
}

function field(path: string, pattern: RegExp): string {
  if (!existsSync(path)) return 'unknown'
  return pattern.exec(readFileSync(path, 'utf8'))?.[1] ?? 'unknown'
}

/** The output of a shell command, with the programs of servers on its path. */
export function shell(command: string): string {
  return execFileSync('sh', ['-c', command], { encoding: 'utf8', env: serverEnv() }).trim()
}
