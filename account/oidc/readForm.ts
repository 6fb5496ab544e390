import type { Request } from 'express'
import { Problem } from '../../contract/problem.ts'

const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(?:;|$)/i
/** More than any token needs. */
const MAX_BYTES = 16_384

/** Reads the fields of a form. Throws `unsupported-media-type`, `too-large`, or `malformed-request` if the client leaves early. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  if (!FORM_TYPE.test(request.get('content-type') ?? '')) {
    throw new Problem('unsupported-media-type', 'Send application/x-www-form-urlencoded.')
  }
  const chunks: Buffer[] = []
  let bytes = 0
  // A destroyed request could not be answered any more.
  const body: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false })
  try {
    for await (const chunk of body) {
      bytes += chunk.length
      if (bytes > MAX_BYTES) throw new Problem('too-large')
      chunks.push(chunk)
    }
  } catch (error) {
    request.resume()
    throw error instanceof Problem
      ? error
      : new Problem('malformed-request', undefined, { cause: error })
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}
