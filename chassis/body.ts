import type { Request } from 'express'
import { Problem } from '../contract/problem.ts'

const UTF8 = '\\s*(?:;\\s*charset\\s*=\\s*"?utf-8"?\\s*)?'
const JSON_TYPE = new RegExp(`^application/json${UTF8}$`, 'i')
export const FORM_TYPE = new RegExp(`^application/x-www-form-urlencoded${UTF8}$`, 'i')

export interface BodyLimits {
  /** Of one body. */
  maxBytes: number
  /** For all incomplete bodies together. */
  maxReadingBytes: number
}

export type ReadBody = (request: Request) => Promise<Uint8Array>

/**
 * Reads a body's bytes, uncompressed, JSON if no other type is given. Throws `unsupported-media-type`, `too-large`, `overloaded`, or `malformed-request` if
 * the client leaves early.
 *
 * It insists on the media type, also because a page of another origin can send text and forms without a preflight, but not JSON.
 */
export function createReadBody(
  { maxBytes, maxReadingBytes }: BodyLimits,
  type: RegExp = JSON_TYPE,
): ReadBody {
  let reading = 0
  return async (request) => {
    requireUncompressed(request)
    if (!type.test(request.get('content-type') ?? '')) throw new Problem('unsupported-media-type')
    const chunks: Buffer[] = []
    let bytes = 0
    // A destroyed request could not be answered any more.
    const body: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false })
    try {
      for await (const chunk of body) {
        bytes += chunk.length
        reading += chunk.length
        if (bytes > maxBytes) {
          throw new Problem('too-large', `The body may have at most ${maxBytes} bytes.`)
        }
        if (reading > maxReadingBytes) throw new Problem('overloaded')
        chunks.push(chunk)
      }
      return Buffer.concat(chunks)
    } catch (error) {
      if (error instanceof Problem) throw error
      throw new Problem('malformed-request', undefined, { cause: error })
    } finally {
      reading -= bytes
      // The rest of a refused body must not delay the connection's next request.
      request.resume()
    }
  }
}

/** Throws `unsupported-media-type` if the body is compressed: a small one could be of any size. */
export function requireUncompressed(request: Request): void {
  const encoding = request.get('content-encoding') ?? 'identity'
  if (encoding.toLowerCase() !== 'identity') throw new Problem('unsupported-media-type')
}
