/** Something is missing that the setup cannot bring itself; the message says what to do about it. */
export class SetupError extends Error {}

/** One line of progress. On standard error, so that standard output holds only what the command is for. */
export function say(line) {
  process.stderr.write(`causeway: ${line}\n`)
}

/** Says how long it took, and with which exit code it ended, where it has one. */
export async function timed(name, part) {
  const began = performance.now()
  say(`${name} ...`)
  const code = await part()
  const seconds = Math.round((performance.now() - began) / 1_000)
  const end = code === undefined ? 'done' : `ended with exit code ${code}`
  say(`${name}: ${end} after ${seconds} s`)
  return code
}

/** The command line is wrong; the message says how. */
export class UsageError extends Error {}

/** Runs a command of ours. If something is missing or the command line is wrong, it ends with the message and no stack. */
export async function orSay(run) {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof SetupError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = error instanceof UsageError ? 2 : 1
  }
}
