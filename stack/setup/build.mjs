import { copyFileSync, existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { extname } from 'node:path'
import { inRoot } from './paths.mjs'
import { print } from './print.mjs'
import { runNode } from './run.mjs'
import { unlessMade } from './stamp.mjs'

const PROJECTS = ['tsconfig.build.json', 'client/tsconfig.build.json']
const STATIC = ['.html', '.css', '.svg']
const SOURCES = ['.ts', '.json', ...STATIC]

/** Compiles into dist/ and puts the page's files beside its modules, unless no source has changed since. */
export function build() {
  const { include } = JSON.parse(readFileSync(inRoot('tsconfig.build.json'), 'utf8'))
  const sources = [...include, 'client'].flatMap(list)
  // Size and time of every source: reading a few hundred stats is far quicker than asking the compiler.
  const stats = ['tsconfig.json', 'package-lock.json', ...PROJECTS, ...sources].map((path) => {
    const { mtimeMs, size } = statSync(inRoot(path))
    return `${path} ${mtimeMs} ${size}`
  })
  unlessMade(inRoot('dist/.causeway-build'), stats.join('\n'), () => {
    print('compiling')
    for (const project of PROJECTS) runNode('typescript/bin/tsc', ['-p', project])
    for (const path of sources) {
      if (path.startsWith('client/') && STATIC.includes(extname(path))) {
        copyFileSync(inRoot(path), inRoot(`dist/${path}`))
      }
    }
  })
}

function list(folder) {
  if (!existsSync(inRoot(folder))) return []
  return readdirSync(inRoot(folder), { recursive: true })
    .filter((path) => SOURCES.includes(extname(path)))
    .map((path) => `${folder}/${path}`)
}
