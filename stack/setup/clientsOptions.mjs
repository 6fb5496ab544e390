import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { UsageError } from './say.mjs'

const LANGUAGES = ['npm', 'chromium', 'shell', 'python', 'go', 'rust', 'java']

const HELP = `npm run test:clients [-- languages and options]: set up what is missing, then let clients that others wrote read streams that
are cut, refused and moved, and print what each of them heard.

  ${LANGUAGES.join(', ')}
                 only these; a language that is not there is skipped, and says so
  --only a,b     only these columns of the table
  --plain        no client asks for more heartbeats than usual: shows who leaves a quiet stream
  --cache DIR    where their libraries are kept (default: causeway-clients below $XDG_CACHE_HOME or ~/.cache)
  --write        put the table into docs/clients.md
  --help         this text
`

/** The languages and options of `npm run test:clients`, checked; or `help`. */
export function parseClients(args) {
  const { values, positionals } = parse(args)
  if (values.help) return { help: HELP }
  const unknown = positionals.find((each) => !LANGUAGES.includes(each))
  if (unknown !== undefined) throw new UsageError(`There is no language "${unknown}".\n\n${HELP}`)
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  return {
    name: 'clients',
    options: {
      languages: positionals.length > 0 ? positionals : LANGUAGES,
      only: values.only?.split(',') ?? [],
      plain: values.plain,
      cache: values.cache ?? join(caches, 'causeway-clients'),
      write: values.write,
    },
  }
}

function parse(args) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        only: { type: 'string' },
        plain: { type: 'boolean', default: false },
        cache: { type: 'string' },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError(`${error.message}\n\n${HELP}`)
  }
}
