import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { extname } from 'node:path'
import { inRoot } from './paths.mjs'
import { SetupError, say } from './say.mjs'

const FOLDERS = [
  'contract',
  'chassis',
  'history',
  'ingest',
  'bridge',
  'gateway',
  'client',
  'prisma',
  'stack',
  'bench',
  'test/clients',
  'test/faults',
]
const STAMP = 'dist/.causeway-build'
const SOURCES = new Set(['.ts', '.html', '.css', '.svg', '.json'])
const STATIC = new Set(['.html', '.css', '.svg'])

/** Compiles into dist/ and puts the page's files beside its modules; nothing where no source has changed since. */
export async function build() {
  const sources = FOLDERS.flatMap((folder) => list(folder)).filter((path) =>
    SOURCES.has(extname(path)),
  )
  const stamp = fingerprint([
    ...sources,
    'tsconfig.json',
    'tsconfig.build.json',
    'package-lock.json',
  ])
  if (existsSync(inRoot(STAMP)) && readFileSync(inRoot(STAMP), 'utf8') === stamp) return
  say('compiling')
  for (const project of ['tsconfig.build.json', 'client/tsconfig.build.json']) {
    const tsc = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project], {
      cwd: inRoot(''),
      stdio: ['ignore', 2, 2],
    })
    if (tsc.status !== 0) throw new SetupError(`tsc -p ${project} failed; see above.`)
  }
  for (const path of sources) {
    if (path.startsWith('client/') && STATIC.has(extname(path))) {
      copyFileSync(inRoot(path), inRoot(`dist/${path}`))
    }
  }
  writeFileSync(inRoot(STAMP), stamp)
}

/** Size and time of every source: reading a few hundred stats is far quicker than asking the compiler. */
function fingerprint(paths) {
  const hash = createHash('sha256')
  for (const path of paths.sort()) {
    const { mtimeMs, size } = statSync(inRoot(path))
    hash.update(`${path} ${mtimeMs} ${size}\n`)
  }
  return hash.digest('hex')
}

function list(folder) {
  if (!existsSync(inRoot(folder))) return []
  return readdirSync(inRoot(folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${(entry.parentPath ?? entry.path).slice(inRoot('').length)}/${entry.name}`)
}
