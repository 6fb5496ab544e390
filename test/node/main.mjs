import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from '../../stack/setup/build.mjs'
import { defineCommand } from '../../stack/setup/defineCommand.mjs'
import { installDependencies } from '../../stack/setup/dependencies.mjs'
import { inRoot } from '../../stack/setup/paths.mjs'
import { installPrograms } from '../../stack/setup/programs.mjs'
import { orPrint, print } from '../../stack/setup/print.mjs'
import { runTests } from '../../stack/setup/tests.mjs'
import { programs } from '../command.mjs'
import { fetchPackages } from '../support/fetchPackages.mjs'
import { timed } from '../support/timed.mjs'

const parse = defineCommand({
  usage: `npm run test:node [-- folders] [options of jest]: run the tests in these folders on the oldest supported Node and on the one
in the image. Without folders: gateway, chassis, contract. Write an option with a value as --name=value.`,
  passesOn: true,
  result: ({ rest }) => rest,
})
const FOLDERS = ['gateway', 'chassis', 'contract']
const NODES = ['oldest', 'image']
const HOME = inRoot('.stack/node')

/** The entry of `npm run test:node`. */
await orPrint(async () => {
  const { help, options } = parse(process.argv.slice(2))
  if (help === undefined) await run(options)
  else process.stdout.write(help)
})

async function run(args) {
  installDependencies()
  installPrograms(programs)
  fetchPackages({ from: inRoot('test/node/npm'), to: HOME, what: 'two versions of Node (100 MB)' })
  build()
  const folders = args.filter((arg) => !arg.startsWith('-'))
  const roots = (folders.length > 0 ? folders : FOLDERS).map(
    (folder) => `--roots=<rootDir>/${folder}`,
  )
  const options = args.filter((arg) => arg.startsWith('-'))
  process.env.CAUSEWAY_FEW_TESTS = '1'
  let isEnded = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => (isEnded = true))
  await counted(async () => {
    for (const name of NODES) {
      const node = find(name)
      if (node === undefined) continue
      const code = await timed(node.version, async () => {
        const ofAll = await runTests([...roots, ...options], node.path)
        return (await runAlone([...roots, ...options], node.path)) || ofAll
      })
      process.exitCode ||= code
      if (isEnded) return
    }
  })
}

/** The tests that a process measures only if it has run no others before. */
async function runAlone(options, path) {
  process.env.CAUSEWAY_OWN_PROCESS = '1'
  const code = await runTests(['events/memory', ...options, '--passWithNoTests'], path)
  delete process.env.CAUSEWAY_OWN_PROCESS
  return code
}

/** This Node's binary, if it was fetched and runs here. */
function find(name) {
  const path = join(HOME, 'node_modules', `${name}-${process.platform}-${process.arch}`, 'bin/node')
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
  if (status === 0) return { path, version: `Node ${stdout.trim()}` }
  print(`skipped: there is no ${name} Node for ${process.platform}-${process.arch}`)
  return undefined
}

/** Lets the last line count the tests of all runs, also of those by the caller, if it counts. */
async function counted(runs) {
  if (process.env.COUNTS_FILE !== undefined) return runs()
  const dir = mkdtempSync(join(tmpdir(), 'causeway-counts-'))
  process.env.COUNTS_FILE = join(dir, 'counts.json')
  writeFileSync(process.env.COUNTS_FILE, '')
  try {
    await runs()
  } finally {
    rmSync(dir, { recursive: true })
  }
}
