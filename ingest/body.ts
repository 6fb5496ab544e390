import express, { type Request, type Response } from 'express'
import { toProblem } from '../chassis/problems.ts'
import { Problem } from '../contract/problem.ts'

const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

export type ReadBody = (request: Request, response: Response) => Promise<Uint8Array>

/**
 * Reads a JSON body's bytes, at most `maxBytes`, uncompressed. Throws `unsupported-media-type` or `too-large`.
 *
 * The type is insisted on, also because a page of another origin can send text and forms without asking, but not this.
 */
export function createReadBody(maxBytes: number): ReadBody {
  const readRaw = express.raw({ type: () => true, limit: maxBytes, inflate: false })
  return async (request, response) => {
    if (!JSON_TYPE.test(request.get('content-type') ?? '')) {
      throw new Problem('unsupported-media-type')
    }
    await new Promise<void>((resolve, reject) => {
      readRaw(request, response, (error?: unknown) => {
        if (error === undefined) resolve()
        else if (toProblem(error).type !== 'too-large') reject(error)
        else
          reject(new Problem('too-large', `at most ${maxBytes} bytes are taken (MAX_BODY_BYTES)`))
      })
    })
    // A request without a body has none after reading it either.
    return request.body instanceof Uint8Array ? request.body : new Uint8Array()
  }
}
