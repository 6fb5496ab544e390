/** Something is missing that the setup cannot install itself; the message says what to do about it. */
export class SetupError extends Error {}

/** The command line is wrong; the message says how. */
export class UsageError extends Error {}

/** One line of progress. On standard error, so that standard output holds only what the command is for. */
export function print(line) {
  process.stderr.write(`causeway: ${line}\n`)
}

/** Runs a command of ours. For something missing or a wrong command line it prints the message only, without a stack trace. */
export async function orPrint(command) {
  try {
    await command()
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof SetupError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = error instanceof UsageError ? 2 : 1
  }
}
