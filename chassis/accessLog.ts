import type { Logger } from './logger.ts'
import type { Ended } from './ended.ts'

/** A longer path is cut in the line. */
const MAX_PATH = 512

/** One line per answered request, without its query, headers and body: people write private things there. */
export function createAccessLog(logger: Logger): Ended {
  // What must be removed elsewhere is not in these lines, and to look for it takes as long as to write one.
  const access = logger.child({}, { redact: [] })
  return (request, response, milliseconds) => {
    const level = response.statusCode >= 500 ? 'error' : 'info'
    const outcome = response.writableFinished ? 'completed' : 'aborted'
    const [path = ''] = request.originalUrl.split('?', 1)
    const line = {
      requestId: request.id,
      req: { method: request.method, path: path.slice(0, MAX_PATH) },
      res: { status: response.statusCode },
      responseTime: Math.round(milliseconds),
    }
    access[level](line, `request ${outcome}`)
  }
}
