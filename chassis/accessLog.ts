import type { IncomingMessage, ServerResponse } from 'node:http'
import { pinoHttp } from 'pino-http'
import type { Logger } from './logger.ts'

/** One line per answered request, without its query, headers and body: people write private things there. */
export function createAccessLog(logger: Logger) {
  return pinoHttp({
    logger,
    // The line describes the request; `request.log` only names it.
    quietReqLogger: true,
    customAttributeKeys: { reqId: 'requestId' },
    customLogLevel: (_request, response, error) =>
      error !== undefined || response.statusCode >= 500 ? 'error' : 'info',
    // The error handler has logged the error; pino-http would invent one.
    customErrorObject: (_request, _response, _error, { res, responseTime }) => ({
      res,
      responseTime,
    }),
    wrapSerializers: false,
    serializers: {
      req: (request: IncomingMessage) => ({ method: request.method, path: pathOf(request) }),
      res: (response: ServerResponse) => ({ status: response.statusCode }),
    },
  })
}

function pathOf(request: IncomingMessage & { originalUrl?: string }): string {
  const [path = ''] = (request.originalUrl ?? request.url ?? '').split('?', 1)
  return path.slice(0, 512)
}
