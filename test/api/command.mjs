import { homedir } from 'node:os'
import { join } from 'node:path'
import { defineCommand, integer, option } from '../../stack/setup/defineCommand.mjs'
import { SERVERS } from '../../stack/setup/programs.mjs'

const DEFAULT_EXAMPLES = 30

/** The command line of `npm run test:api`. */
export const parse = defineCommand({
  usage: `npm run test:api [-- options]: set up what is missing, then let schemathesis send what the served /openapi.json allows and forbids, and
check each answer against it. It comes from PyPI, into a folder outside of this one; without Python this is skipped.`,
  options: {
    examples: option(
      'N',
      `requests of each kind to each operation, at most (default ${DEFAULT_EXAMPLES})`,
      integer(1, 100_000),
    ),
    seed: option('N', 'the same seed sends the same requests (default 1)', integer(0, 999_999_999)),
    cache: option(
      'DIR',
      'for schemathesis (default: causeway-api below $XDG_CACHE_HOME or ~/.cache)',
    ),
  },
  passesOn: true,
  notes: `
Other options are schemathesis' own: npm run test:api -- --include-path /history
`,
  result: ({ values: { examples = DEFAULT_EXAMPLES, seed = 1, cache }, rest }) => ({
    examples,
    seed,
    cache: cache ?? join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'causeway-api'),
    rest,
  }),
})

export const programs = SERVERS

export async function run(options) {
  const { main } = await import('../../dist/test/api/main.js')
  await main(options)
}
