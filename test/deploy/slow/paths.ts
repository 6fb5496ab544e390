import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from '../../../stack/root.ts'
import { type Lack, programLack, toolsLack } from '../tools/tools.ts'

/** Is kept between runs, so that the second build takes seconds. */
export const CACHE = join(ROOT, '.stack/deploy')
/** The variable that holds the socket of this run's Docker. */
export const DOCKER_SOCKET = 'CAUSEWAY_DOCKER_SOCKET'

export const NODE_BASE = 'localhost/node-standin'
export const NGINX_BASE = 'localhost/nginx-standin'
export const SERVICES_IMAGE = 'localhost/causeway:slow'
export const EDGE_IMAGE = 'localhost/causeway-edge:slow'

/** Why no containers can be run here; undefined if they can. */
export const containerLack: Lack =
  (process.getuid?.() === 0 ? undefined : 'images and containers need root here') ??
  ['buildah', 'mmdebstrap', 'dockerd', 'docker', 'runc'].map(programLack).find(Boolean) ??
  toolsLack

/** Runs a program, and shows its progress only if it fails. */
export function quietly(program: string, args: string[], env: NodeJS.ProcessEnv = {}): string {
  return execFileSync(program, args, {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1_048_576,
    env: { ...process.env, ...env },
  })
}

/** Prints a line of the report among jest's own. */
export function tell(line: string): void {
  process.stderr.write(`  ${line}\n`)
}

/** The words of a command line that holds no quotes. */
export function words(line: string): string[] {
  return line.trim().split(/\s+/)
}
