import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { defineCommand, integer, option } from '../setup/defineCommand.mjs'
import { ROOT } from '../setup/paths.mjs'
import { UsageError } from '../setup/print.mjs'

/** The command line of `npm run seed`. */
export const parse = defineCommand({
  usage: `npm run seed [-- options]: fill the log of the stack that runs with messages, as if people, sensors and shops had sent them for a
year. It stops at the number of messages, whoever sent them. So run it again to go on where it was broken off.`,
  options: {
    messages: option('N', 'fill the log up to so many (default 1000000)', integer(1, 999_999_999)),
    channels: option('N', 'spread over so many (default 1000)', integer(1, 1_000_000)),
    days: option('N', 'over so many days until now (default 365)', integer(1, 3_650)),
    dir: option('PATH', 'the folder of the stack (default .stack)'),
  },
  notes: `
The first channel gets most, the second half as much, the third a third of that, and so on.

Environment:
  DATABASE_URL    use this database instead, as a role that may write its tables
`,
  result: ({ values: { messages = 1_000_000, channels = 1_000, days = 365, dir = '.stack' } }) => ({
    messages,
    channels,
    days,
    databaseUrl: process.env.DATABASE_URL || databaseOf(dir),
  }),
})

function databaseOf(dir) {
  try {
    return JSON.parse(readFileSync(resolve(ROOT, dir, 'stack.json'), 'utf8')).databaseUrl
  } catch {
    throw new UsageError(
      `No stack runs from ${dir}: start one with npm start, or set DATABASE_URL.`,
    )
  }
}

export async function run(options) {
  const { main } = await import('../../dist/stack/seed/main.js')
  await main(options)
}
