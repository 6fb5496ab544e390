import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../stack/root.ts'
import { ADMIN } from './adminToken.ts'

const HERE = join(ROOT, 'test/api')
const REQUIREMENTS = join(HERE, 'requirements.txt')

/** Puts schemathesis into a folder, unless it is there. Answers why that is not possible; undefined if it is. */
export function installSchemathesis(cache: string): string | undefined {
  const wanted = readFileSync(REQUIREMENTS, 'utf8')
  const stamp = join(cache, 'stamp')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return undefined
  mkdirSync(cache, { recursive: true })
  const venv = join(cache, 'venv')
  if (spawnSync('python3', ['-m', 'venv', '--clear', venv]).status !== 0) {
    return 'python3 with venv is not here'
  }
  const pip = [join(venv, 'bin/pip'), 'install', '--quiet', '--requirement', REQUIREMENTS] as const
  const [program, ...args] = pip
  if (spawnSync(program, args, { stdio: ['ignore', 2, 2] }).status !== 0) {
    return 'pip could not install it'
  }
  writeFileSync(stamp, wanted)
  return undefined
}

export interface SchemathesisOptions {
  cache: string
  origin: string
  token: string
  examples: number
  seed: number
  /** More options of its own. */
  rest: readonly string[]
}

/** Checks what a stack answers against what it says of itself. Resolves to the exit code. */
export async function runSchemathesis(options: SchemathesisOptions): Promise<number> {
  const { cache, origin, token, examples, seed, rest } = options
  const own = {
    'max-examples': examples,
    seed,
    'generation-database': ':memory:',
  }
  const args = [
    `--config-file=${join(HERE, 'schemathesis.toml')}`,
    'run',
    `${origin}/openapi.json`,
    ...Object.entries(own).map(([name, value]) => `--${name}=${value}`),
    ...rest,
  ]
  const child = spawn(join(cache, 'venv/bin/schemathesis'), args, {
    cwd: cache,
    stdio: 'inherit',
    env: {
      ...process.env,
      SCHEMATHESIS_HOOKS: join(HERE, 'hooks.py'),
      CAUSEWAY_ORIGIN: origin,
      CAUSEWAY_TOKEN: token,
      CAUSEWAY_NAME: ADMIN.name,
      CAUSEWAY_PASSWORD: ADMIN.password,
    },
  })
  const [code] = await once(child, 'exit')
  return Number(code ?? 1)
}
