import { Problem, type ProblemType } from '../contract/problem.ts'

/**
 * What a failed statement means to a caller. Prisma reports trouble in three ways (an error of the ORM, one of a raw query,
 * a plain Error of the driver), so the one thing that they have in common is looked for: Postgres' own code, anywhere in
 * the chain of causes.
 *
 * `outcome-unknown` matters only to an append: the link broke after the statement was sent, so the commit may have happened.
 */
export function databaseProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  return new Problem(classify(error), undefined, { cause: error })
}

/** The same for a statement that only read. To a reader a lost link is only that: there is no outcome to be unsure of. */
export function readerProblem(error: unknown): Problem {
  const problem = databaseProblem(error)
  return problem.type === 'outcome-unknown'
    ? new Problem('unavailable', undefined, { cause: error })
    : problem
}

/** Whether a statement asked for more than the server can give in time, or in memory: less of it may well come. */
export function isTooMuch(error: unknown): boolean {
  const { code, message } = describe(error)
  // Our own statement time-out, out of memory, a limit of the program exceeded; or the driver gave up waiting.
  return code === undefined
    ? /query timeout|read timeout/i.test(message)
    : ['57014', '53200', '54000'].includes(code)
}

function classify(error: unknown): ProblemType {
  const { code, message } = describe(error)
  // SQLSTATE classes: the server refused or rolled back, so nothing was stored. 57014 is our own statement time-out, 55P03 the
  // lock time-out, 53 a lack of resources (disk full, too many connections), 57P0x and 08 a server that is going or gone.
  if (code === '57P01' || code === '57P02' || code?.startsWith('08') === true)
    return 'outcome-unknown'
  if (code === '57014' || code === '57P03' || code === '55P03' || code === '25006')
    return 'unavailable'
  if (code?.startsWith('53') === true || code?.startsWith('40') === true) return 'unavailable'
  // Any other answer of the server: its text may quote a message, and is not looked at.
  if (code !== undefined) return 'internal'
  if (NEVER_SENT.test(message)) return 'unavailable'
  if (LINK_LOST.test(message)) return 'outcome-unknown'
  return 'internal'
}

/** The connection could not be made or taken from the pool: no statement reached the server. */
const NEVER_SENT =
  /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|timeout exceeded when trying to connect|due to connection timeout|timeout expired|DatabaseNotReachable|TooManyConnections|P1001|P2024|P2028/i

const LINK_LOST =
  /Connection terminated|ECONNRESET|EPIPE|ETIMEDOUT|ConnectionClosed|connection error and is not queryable|query timeout|read timeout|P1017/i

/** The SQLSTATE, where there is one, and all texts along the chain of causes. */
function describe(error: unknown): { code: string | undefined; message: string } {
  let code: string | undefined
  const texts: string[] = []
  const visit = (value: unknown, depth: number): void => {
    // Prisma nests meta.driverAdapterError.cause.originalCode: five levels are enough, and a cycle ends here.
    if (typeof value !== 'object' || value === null || depth > 5) return
    for (const [key, inner] of Object.entries(value)) {
      if ((key === 'originalCode' || key === 'code') && typeof inner === 'string') {
        // With a digit, unlike EPIPE; and P and digits alone is one of Prisma's.
        if (/^(?=.*\d)[0-9A-Z]{5}$/.test(inner) && !/^P\d{4}$/.test(inner)) code ??= inner
        texts.push(inner)
      } else if (typeof inner === 'string') texts.push(inner)
      else visit(inner, depth + 1)
    }
    if (value instanceof Error) {
      texts.push(value.message)
      visit(value.cause, depth + 1)
    }
  }
  visit(error, 0)
  return { code, message: texts.join('\n') }
}
