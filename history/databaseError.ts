import { Problem, type ProblemType } from '../contract/problem.ts'

/**
 * What a failed statement means to a caller. Prisma reports failures in three ways: an error of the ORM, an error of a raw query,
 * and a plain Error of the driver. They have one thing in common: Postgres' own code, somewhere in the chain of causes.
 *
 * `outcome-unknown` matters only to an append: the connection broke after the statement was sent, so the commit may have
 * happened.
 */
export function databaseProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  return new Problem(classify(error), undefined, { cause: error })
}

/** The same for a statement that only reads: a lost connection leaves no outcome open. */
function readerProblem(error: unknown): Problem {
  const problem = databaseProblem(error)
  return problem.type === 'outcome-unknown'
    ? new Problem('unavailable', undefined, { cause: error })
    : problem
}

/** Does some work; what it throws is then such a problem. */
export async function asReader<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw readerProblem(error)
  }
}

/** Whether the server could not give an answer in time, or in its memory: a smaller read may succeed. */
export function isTooMuch(error: unknown): boolean {
  const { code, message } = describe(error)
  // The statement time-out, out of memory, or a limit of the server; or the driver stopped waiting.
  return code === undefined
    ? /query timeout|read timeout/i.test(message)
    : ['57014', '53200', '54000'].includes(code)
}

/** Whether another row has the key already: nothing was stored. */
export function isDuplicate(error: unknown): boolean {
  return describe(error).code === '23505'
}

function classify(error: unknown): ProblemType {
  const { code, message } = describe(error)
  // SQLSTATE classes in which the server refused or rolled back, so nothing was stored. 57014 is the statement time-out, 55P03
  // the lock time-out. 53 is a lack of resources (disk full, too many connections); 57P0x and 08 are a server that stops or is
  // gone.
  if (code === '57P01' || code === '57P02' || code?.startsWith('08') === true)
    return 'outcome-unknown'
  if (code === '57014' || code === '57P03' || code === '55P03' || code === '25006')
    return 'unavailable'
  if (code?.startsWith('53') === true || code?.startsWith('40') === true) return 'unavailable'
  // Any other answer by the server: its text may quote a message, so nobody looks at it.
  if (code !== undefined) return 'internal'
  if (NEVER_SENT.test(message)) return 'unavailable'
  if (LINK_LOST.test(message)) return 'outcome-unknown'
  return 'internal'
}

/** No connection was made or taken from the pool: no statement reached the server. */
const NEVER_SENT =
  /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|timeout exceeded when trying to connect|due to connection timeout|timeout expired|DatabaseNotReachable|TooManyConnections|P1001|P2024|P2028/i

const LINK_LOST =
  /Connection terminated|ECONNRESET|EPIPE|ETIMEDOUT|ConnectionClosed|connection error and is not queryable|query timeout|read timeout|P1017/i

/** The SQLSTATE, if there is one, and all texts along the chain of causes. */
function describe(error: unknown): { code: string | undefined; message: string } {
  let code: string | undefined
  const texts: string[] = []
  const visit = (value: unknown, depth: number): void => {
    // Prisma nests meta.driverAdapterError.cause.originalCode: five levels are enough, and they end a cycle.
    if (typeof value !== 'object' || value === null || depth > 5) return
    for (const [key, inner] of Object.entries(value)) {
      if ((key === 'originalCode' || key === 'code') && typeof inner === 'string') {
        // It has a digit, unlike EPIPE. A P before four digits is one of Prisma's own codes.
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
