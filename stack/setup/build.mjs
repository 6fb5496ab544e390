import { copyFileSync, existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { extname } from 'node:path'
import { inRoot } from './paths.mjs'
import { run, runNode } from './run.mjs'
import { unlessMade } from './stamp.mjs'

const PROJECTS = ['tsconfig.build.json', 'client/sdk/tsconfig.build.json']
/** What the page and the description are made from: the first is the compiler's record of every source, which only an incremental one keeps. */
const PAGE_FROM = [
  'dist/.services.tsbuildinfo',
  'package.json',
  'package-lock.json',
  'client',
  'reference/page',
]

/** Compiles what has changed into dist/: the SDK as a package in dist/sdk/, the page and the description of the API in dist/page/. */
export function build() {
  runNode('typescript/bin/tsc', ['--build', ...PROJECTS])
  copyFileSync(inRoot('client/sdk/package.json'), inRoot('dist/sdk/package.json'))
  const stamp = inRoot('dist/.page')
  if (!existsSync(inRoot('dist/page/index.html'))) rmSync(stamp, { force: true })
  // Unchanged files stay, because an edge may serve them while another command begins.
  unlessMade(stamp, PAGE_FROM.flatMap(textsIn).join('\n'), buildPage)
}

function buildPage() {
  // The edge serves what is in dist/page, and this empties it first.
  runNode('vite/bin/vite.js', ['build', '--config', 'client/chat/vite.config.mjs'])
  run(process.execPath, ['dist/reference/main.js', 'dist/page/reference'])
  for (const name of readdirSync(inRoot('reference/page'))) {
    if (extname(name) !== '.css') continue
    copyFileSync(inRoot(`reference/page/${name}`), inRoot(`dist/page/reference/${name}`))
  }
}

/** A file's path and text, or those of all files below a folder. */
function textsIn(path) {
  if (!statSync(inRoot(path)).isDirectory()) return [path, readFileSync(inRoot(path), 'utf8')]
  return readdirSync(inRoot(path))
    .toSorted()
    .flatMap((name) => textsIn(`${path}/${name}`))
}
