import { defineCommand, integer, option } from '../../../stack/setup/defineCommand.mjs'
import { SERVERS } from '../../../stack/setup/programs.mjs'

/** The command line of `npm run fuzz`. */
export const parse = defineCommand({
  usage: `npm run fuzz [-- options]: set up what is missing, then send random requests to nginx, an ingest and a gateway, and random
packets to the MQTT broker. It fails at a 5xx, at 5 s without an answer, at an error that is no problem, at a message that nobody may
send or hear, at a process that dies, and at one that grows. Linux only.`,
  options: {
    requests: option('N', 'how many (default 100000)', integer(1, 100_000_000)),
    sessions: option(
      'N',
      'how many connections to the broker (default 20000)',
      integer(1, 10_000_000),
    ),
    seed: option(
      'N',
      "the same seed sends the same requests (default: the time's)",
      integer(0, 999_999_999),
    ),
  },
  result: ({ values: { requests = 100_000, sessions = 20_000, seed } }) => ({
    requests,
    sessions,
    seed: seed ?? Math.floor(Date.now() / 1_000) % 1_000_000,
  }),
})

export const programs = SERVERS

export async function run(options) {
  const { main } = await import('../../../dist/test/security/fuzz/main.js')
  await main(options)
}
