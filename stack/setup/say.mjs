/** Something is missing that the setup cannot bring itself; the message says what to do about it. */
export class SetupError extends Error {}

/** One line of progress. On standard error, so that standard output holds only what the command is for. */
export function say(line) {
  process.stderr.write(`causeway: ${line}\n`)
}

/** The command line is wrong; the message says how. */
export class UsageError extends Error {}
