import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from '../../stack/setup/build.mjs'
import { defineCommand, flag } from '../../stack/setup/defineCommand.mjs'
import { installDependencies } from '../../stack/setup/dependencies.mjs'
import { installPrograms } from '../../stack/setup/programs.mjs'
import { orPrint } from '../../stack/setup/print.mjs'
import { runTests } from '../../stack/setup/tests.mjs'
import { programs } from '../command.mjs'
import { fetchNodes, findNode } from '../support/nodes.mjs'
import { timed } from '../support/timed.mjs'

const parse = defineCommand({
  usage: `npm run test:node [-- folders] [options of jest]: run the tests in these folders on the oldest supported Node and on the one
in the image. Without folders: gateway, chassis, contract. Write an option with a value as --name=value.`,
  options: { image: flag("on the image's Node only") },
  passesOn: true,
  result: ({ values: { image }, rest }) => ({
    names: image ? ['image'] : ['oldest', 'image'],
    args: rest,
  }),
})
const FOLDERS = ['gateway', 'chassis', 'contract']

/** The entry of `npm run test:node`. */
await orPrint(async () => {
  const { help, options } = parse(process.argv.slice(2))
  if (help === undefined) await run(options)
  else process.stdout.write(help)
})

async function run({ names, args }) {
  installDependencies()
  installPrograms(programs)
  fetchNodes()
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
    for (const name of names) {
      const node = findNode(name)
      if (node === undefined) continue
      const code = await timed(`Node ${node.version}`, async () => {
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
