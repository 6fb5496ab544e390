import { homedir } from 'node:os'
import { join } from 'node:path'
import { defineCommand, flag, option } from '../../stack/setup/defineCommand.mjs'
import { SERVERS } from '../../stack/setup/programs.mjs'

const LANGUAGES = ['npm', 'chromium', 'shell', 'python', 'go', 'rust', 'java']

/** The command line of `npm run test:clients`. */
export const parse = defineCommand({
  usage: `npm run test:clients [-- languages and options]: set up what is missing, then let clients that others wrote read streams that
are cut, refused and moved, and print what each of them received. Without a language: all of them. A missing one is skipped.`,
  names: Object.fromEntries(LANGUAGES.map((name) => [name, `clients for ${name}`])),
  options: {
    only: option('a,b', 'only these columns of the table'),
    plain: flag('no client asks for more heartbeats than usual: shows which leave a quiet stream'),
    cache: option(
      'DIR',
      'for their libraries (default: causeway-clients below $XDG_CACHE_HOME or ~/.cache)',
    ),
    write: flag('put the table into docs/clients.md'),
  },
  result: ({ values: { only, plain, cache, write }, names }) => ({
    languages: names,
    only: only?.split(',') ?? [],
    plain,
    cache:
      cache ?? join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'causeway-clients'),
    write,
  }),
})

export const programs = SERVERS

export async function run(options) {
  const { main } = await import('../../dist/test/clients/main.js')
  await main(options)
}
