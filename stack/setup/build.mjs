import { copyFileSync, readdirSync } from 'node:fs'
import { extname } from 'node:path'
import { inRoot } from './paths.mjs'
import { runNode } from './run.mjs'

const PROJECTS = ['tsconfig.build.json', 'client/tsconfig.build.json']
const STATIC = ['.html', '.css', '.svg']

/** Compiles what has changed into dist/, and puts the page's files beside its modules. */
export function build() {
  runNode('typescript/bin/tsc', ['--build', ...PROJECTS])
  for (const name of readdirSync(inRoot('client'))) {
    if (STATIC.includes(extname(name)))
      copyFileSync(inRoot(`client/${name}`), inRoot(`dist/client/${name}`))
  }
}
