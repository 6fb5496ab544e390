import { defineCommand, flag, integer, matching, option } from '../../stack/setup/defineCommand.mjs'
import { SERVERS } from '../../stack/setup/programs.mjs'

const ALL_MINUTES = 24

/** The command line of `npm run faults`. */
export const parse = defineCommand({
  usage: `npm run faults [-- options]: set up what is missing, then break the system in every way that one machine can, judge what its
readers received, and write docs/reliability.md.`,
  options: {
    only: option(
      'F7,F12',
      'only these faults (F12 is F12a and F12b too); leaves the table as it is',
      matching(/^F[1-9][0-9]?[a-z]?(,F[1-9][0-9]?[a-z]?)*$/, 'ids like F7 or F13a'),
    ),
    minutes: option(
      'N',
      `roughly how long all take together (default ${ALL_MINUTES})`,
      integer(1, 1_000),
    ),
    patience: option(
      'N',
      'on a machine with other work: things may take N times as long (default 1)',
      integer(1, 10),
    ),
    seed: option(
      'N',
      "for everything that is random (default: the time's)",
      integer(0, 999_999_999),
    ),
    keep: flag('leave the histories and logs in place, and print where they are'),
    write: flag('write docs/reliability.md also with --only'),
  },
  result: ({ values: { only, minutes = ALL_MINUTES, patience = 1, seed, keep, write }, args }) => ({
    only: only?.split(',') ?? [],
    scale: minutes / ALL_MINUTES,
    patience,
    seed: seed ?? Math.floor(Date.now() / 1_000) % 1_000_000,
    keep,
    write,
    command: ['npm run faults', ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
  }),
})

export const programs = SERVERS

export async function run(options) {
  const { main } = await import('../../dist/test/faults/main.js')
  await main(options)
}
