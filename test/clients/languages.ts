import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../stack/root.ts'

export type Language = 'npm' | 'chromium' | 'shell' | 'python' | 'go' | 'rust' | 'java'

interface Recipe {
  /** Below test/clients. */
  folder: string
  /** Commands that succeed only if the language is installed. */
  tools: string[][]
  /** Commands that run once, in a copy of the folder. */
  install: string[][]
  /** The path of a subscriber in it. */
  source: (file: string) => string
  /** The command that runs it there; its address follows. */
  run: (file: string) => string[]
}

const NPM = [['npm', 'install', '--loglevel=error']]

const RECIPES: Record<Language, Recipe> = {
  npm: {
    folder: 'npm',
    tools: [['npm', '--version']],
    install: NPM,
    source: (file) => `${file}.mjs`,
    run: (file) => [process.execPath, 'node.mjs', file],
  },
  chromium: {
    folder: 'npm',
    tools: [
      ['npm', '--version'],
      [process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', '--version'],
    ],
    install: NPM,
    source: (file) => `${file}.mjs`,
    run: (file) => [process.execPath, 'chromium.mjs', file],
  },
  shell: {
    folder: 'shell',
    tools: [
      ['bash', '--version'],
      ['curl', '--version'],
    ],
    install: [],
    source: (file) => `${file}.sh`,
    run: (file) => ['bash', `${file}.sh`],
  },
  python: {
    folder: 'python',
    tools: [['python3', '-m', 'venv', '--help']],
    install: [['sh', 'install.sh']],
    source: (file) => `${file}.py`,
    run: (file) => ['venv/bin/python', '-X', 'utf8', `${file}.py`],
  },
  go: {
    folder: 'go',
    tools: [['go', 'version']],
    install: [['go', 'build', '-o', 'bin/', './...']],
    source: (file) => `${file}/main.go`,
    run: (file) => [`bin/${file}`],
  },
  rust: {
    folder: 'rust',
    tools: [['cargo', '--version']],
    install: [['cargo', 'build', '--quiet']],
    source: (file) => `src/bin/${file}.rs`,
    run: (file) => [`target/debug/${file}`],
  },
  java: {
    folder: 'java',
    tools: [
      ['mvn', '--version'],
      ['java', '-version'],
    ],
    install: [['sh', 'install.sh']],
    source: (file) => `src/main/java/${file}.java`,
    run: (file) => ['sh', 'run.sh', file],
  },
}

/** Why a language cannot run here, or undefined. */
export function lackOf(language: Language): string | undefined {
  const missing = RECIPES[language].tools.find(([program = '', ...args]) => {
    return spawnSync(program, args, { stdio: 'ignore' }).status !== 0
  })
  return missing && `${missing[0]} is not installed`
}

/** Installs a language's libraries into `cache`, unless they are there. Returns why that failed, or undefined. */
export function install(
  language: Language,
  cache: string,
  print: (line: string) => void,
): string | undefined {
  const { folder, install: commands } = RECIPES[language]
  const [from, there] = [join(ROOT, 'test/clients', folder), join(cache, folder)]
  const stamp = join(there, '.installed')
  const wanted = fingerprint(from)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return undefined
  print(`${language}: fetching its libraries`)
  rmSync(stamp, { force: true })
  cpSync(from, there, { recursive: true })
  for (const [program = '', ...args] of commands) {
    const { status } = spawnSync(program, args, { cwd: there, stdio: ['ignore', 2, 2] })
    if (status !== 0) return `${[program, ...args].join(' ')} failed`
  }
  writeFileSync(stamp, wanted)
  return undefined
}

/** The folder with a language's pinned libraries, and the path of a subscriber in it. */
export function sourceOf(language: Language, file: string): { folder: string; path: string } {
  const { folder, source } = RECIPES[language]
  return { folder: join(ROOT, 'test/clients', folder), path: source(file) }
}

/** The command of a subscriber, and its folder. Without `cache` it runs in place, with the project's own packages. */
export function commandOf(language: Language, file: string, cache?: string) {
  const { folder, run } = RECIPES[language]
  return { command: run(file), cwd: join(cache ?? join(ROOT, 'test/clients'), folder) }
}

function fingerprint(folder: string): string {
  const hash = createHash('sha256')
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) hash.update(readFileSync(join(entry.parentPath, entry.name)))
  }
  return hash.digest('hex')
}
