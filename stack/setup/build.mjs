import fs from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { inRoot } from './paths.mjs'
import { print } from './print.mjs'
import { runNode } from './run.mjs'
import { unlessMade } from './stamp.mjs'

const PROJECTS = ['tsconfig.build.json', 'client/tsconfig.build.json']
const STATIC = ['.html', '.css', '.svg']
const SOURCES = ['.ts', '.json', ...STATIC]

/** Compiles into dist/ and gathers the page in dist/page/, unless no source has changed since. */
export function build() {
  const { include } = JSON.parse(fs.readFileSync(inRoot('tsconfig.build.json'), 'utf8'))
  const sources = [...include, 'client'].flatMap(list)
  // Size and time of every source: reading a few hundred stats is far quicker than asking the compiler.
  const stats = ['tsconfig.json', 'package-lock.json', ...PROJECTS, ...sources].map((path) => {
    const { mtimeMs, size } = fs.statSync(inRoot(path))
    return `${path} ${mtimeMs} ${size}`
  })
  unlessMade(inRoot('dist/.causeway-build'), stats.join('\n'), () => {
    print('compiling')
    for (const project of PROJECTS) runNode('typescript/bin/tsc', ['-p', project])
    fs.rmSync(inRoot('dist/page'), { recursive: true, force: true })
    for (const path of sources) {
      if (path.startsWith('client/') && STATIC.includes(extname(path)))
        addToPage(path, inRoot(path))
    }
    for (const path of modulesOf('client/main.js')) addToPage(path, inRoot(`dist/${path}`))
  })
}

/** The edge serves what is in this folder: what the page does not load is not public. */
function addToPage(path, source) {
  const target = inRoot(`dist/page/${path}`)
  fs.mkdirSync(dirname(target), { recursive: true })
  fs.copyFileSync(source, target)
}

/** A compiled module and all that it imports. */
function modulesOf(path, found = new Set()) {
  if (found.has(path)) return found
  found.add(path)
  const text = fs.readFileSync(inRoot(`dist/${path}`), 'utf8')
  for (const [, imported] of text.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
    modulesOf(join(dirname(path), imported), found)
  }
  return found
}

function list(folder) {
  if (!fs.existsSync(inRoot(folder))) return []
  return fs
    .readdirSync(inRoot(folder), { recursive: true })
    .filter((path) => SOURCES.includes(extname(path)))
    .map((path) => `${folder}/${path}`)
}
