import { parseArgs } from 'node:util'
import { UsageError } from './say.mjs'

const USUAL_MINUTES = 24

const HELP = `npm run faults [-- options]: set up what is missing, then break the system in every way that one machine can,
judge what its readers heard, and write docs/reliability.md.

  --only F7,F12   these faults alone (F12 is F12a and F12b too); the table is then left as it is
  --minutes N     how long all of them take together, roughly (default ${USUAL_MINUTES})
  --seed N        for everything that is random (default: the date's)
  --keep          leave the histories and logs in place, and say where
  --write         write docs/reliability.md also with --only
  --help          this text
`

export function parseFaults(args) {
  let values
  try {
    values = parseArgs({
      args,
      options: {
        only: { type: 'string' },
        minutes: { type: 'string', default: String(USUAL_MINUTES) },
        seed: { type: 'string', default: String(Math.floor(Date.now() / 1000) % 1_000_000) },
        keep: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    throw new UsageError(`${error.message}\n\n${HELP}`)
  }
  if (values.help) return { help: HELP }
  const only = values.only?.split(',') ?? []
  for (const id of only) {
    if (!/^F[1-9][0-9]?[a-z]?$/.test(id))
      throw new UsageError(`--only takes ids like F7 or F13a, not "${id}".`)
  }
  const minutes = Number(values.minutes)
  if (!(minutes >= 1 && minutes <= 1000))
    throw new UsageError(`--minutes must be 1 to 1000, not "${values.minutes}".`)
  if (!/^\d{1,9}$/.test(values.seed))
    throw new UsageError(`--seed must be a whole number, not "${values.seed}".`)
  const { keep, write } = values
  const command = ['npm run faults', ...(args.length > 0 ? ['--', ...args] : [])].join(' ')
  const seed = Number(values.seed)
  const scale = minutes / USUAL_MINUTES
  return { name: 'faults', options: { only, scale, seed, keep, write, command } }
}
