import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { inRoot } from './paths.mjs'
import { run, runNode } from './run.mjs'

const PROJECTS = [
  'tsconfig.build.json',
  'client/tsconfig.build.json',
  'client/sdk/tsconfig.build.json',
]
const STATIC = ['.html', '.css', '.svg']

/** Compiles what has changed into dist/: the SDK as a package in dist/sdk/, the page and the description of the API in dist/page/. */
export function build() {
  runNode('typescript/bin/tsc', ['--build', ...PROJECTS])
  copyFileSync(inRoot('client/sdk/package.json'), inRoot('dist/sdk/package.json'))
  rmSync(inRoot('dist/page'), { recursive: true, force: true })
  for (const name of readdirSync(inRoot('client'))) {
    if (STATIC.includes(extname(name))) addToPage(`client/${name}`, inRoot(`client/${name}`))
  }
  for (const path of modulesOf('client/main.js')) addToPage(path, inRoot(`dist/${path}`))
  run(process.execPath, ['dist/reference/main.js', 'dist/page/reference'])
  for (const name of readdirSync(inRoot('reference/page'))) {
    if (extname(name) === '.css') addToPage(`reference/${name}`, inRoot(`reference/page/${name}`))
  }
}

/** The edge serves what is in this folder: what the page does not load is not public. */
function addToPage(path, source) {
  const target = inRoot(`dist/page/${path}`)
  mkdirSync(dirname(target), { recursive: true })
  copyFileSync(source, target)
}

/** A compiled module and all that it imports. */
function modulesOf(path, found = new Set()) {
  if (found.has(path)) return found
  found.add(path)
  const text = readFileSync(inRoot(`dist/${path}`), 'utf8')
  for (const [, imported] of text.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
    modulesOf(join(dirname(path), imported), found)
  }
  return found
}
