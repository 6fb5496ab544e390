import { copyFileSync, readdirSync } from 'node:fs'
import { extname } from 'node:path'
import { inRoot } from './paths.mjs'
import { run, runNode } from './run.mjs'

const PROJECTS = ['tsconfig.build.json', 'client/sdk/tsconfig.build.json']

/** Compiles what has changed into dist/: the SDK as a package in dist/sdk/, the page and the description of the API in dist/page/. */
export function build() {
  runNode('typescript/bin/tsc', ['--build', ...PROJECTS])
  copyFileSync(inRoot('client/sdk/package.json'), inRoot('dist/sdk/package.json'))
  // The edge serves what is in dist/page, and this empties it first.
  runNode('vite/bin/vite.js', ['build', '--config', 'client/chat/vite.config.mjs'])
  run(process.execPath, ['dist/reference/main.js', 'dist/page/reference'])
  for (const name of readdirSync(inRoot('reference/page'))) {
    if (extname(name) !== '.css') continue
    copyFileSync(inRoot(`reference/page/${name}`), inRoot(`dist/page/reference/${name}`))
  }
}
