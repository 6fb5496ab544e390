import { spawnSync } from 'node:child_process'
import { defineCommand } from '../stack/setup/defineCommand.mjs'
import { inRoot } from '../stack/setup/paths.mjs'

/** `npm run account`. account/command.ts reads the arguments and knows the commands, because an image has that only. */
export const parse = defineCommand({
  usage: `npm run account -- COMMAND: set up what is missing, then administer accounts: invitations, API keys, grants and bans.

  npm run account -- help      lists the commands`,
  passesOn: true,
  result: ({ rest }) => rest,
})

export function run(args) {
  const program = inRoot('dist/account/command.js')
  const { status } = spawnSync(process.execPath, [program, ...args], { stdio: 'inherit' })
  process.exitCode = status ?? 1
}
