import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { inRoot } from '../../stack/setup/paths.mjs'
import { print } from '../../stack/setup/print.mjs'
import { fetchPackages } from './fetchPackages.mjs'

const HOME = inRoot('.stack/node')

/** Fetches the oldest supported Node and the one in the image from npm, unless they are there. */
export function fetchNodes() {
  fetchPackages({ from: inRoot('test/node/npm'), to: HOME, what: 'two versions of Node (100 MB)' })
}

/** Of `oldest` or `image`: its binary and version (`v24.21.0`), if it was fetched and runs here. */
export function findNode(name) {
  const path = join(HOME, 'node_modules', `${name}-${process.platform}-${process.arch}`, 'bin/node')
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
  if (status === 0) return { path, version: stdout.trim() }
  print(`skipped: there is no ${name} Node for ${process.platform}-${process.arch}`)
  return undefined
}
