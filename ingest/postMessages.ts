import type { RequestHandler } from 'express'
import { z } from 'zod'
import type { ReadBody } from '../chassis/body.ts'
import { decodeBody, invalid, validateJson } from '../chassis/validate.ts'
import { jsonItems } from './jsonItems.ts'
import { isLines, type PostLines } from './postLines.ts'
import type { PostItem } from './postItem.ts'
import type { PostLimits } from './postLimits.ts'

export interface PostMessagesOptions {
  postItem: PostItem
  postLines: PostLines
  readBody: ReadBody
  limits: Pick<PostLimits, 'begin' | 'read' | 'show'>
}

export const MAX_ITEMS = 1_000

const Items = z.array(z.unknown(), 'must be an array of messages')

/**
 * `POST /messages`: many messages of many channels, each with a result of its own. As JSON it is an array with an array for an
 * answer; as NDJSON it has no end that this side knows.
 */
export function createPostMessages({
  postItem,
  postLines,
  readBody,
  limits,
}: PostMessagesOptions): RequestHandler {
  return async (request, response) => {
    const subject = limits.begin(request, response)
    if (isLines(request)) return postLines(request, response, subject)
    const body = await readBody(request)
    let items: string[] = []
    try {
      items = parseItems(body)
    } finally {
      // Each message pays for itself; a body without one is paid for too.
      if (items.length === 0) limits.read(subject, response, body.length)
    }
    // In one go, so that they reach the log in their order.
    const results = await Promise.all(items.map((item) => postItem(request, subject, item)))
    limits.show(subject, response)
    response.type('application/json').send(`[${results.join()}]`)
  }
}

/** Their texts. */
function parseItems(body: Uint8Array): string[] {
  const text = decodeBody(body)
  const { length } = validateJson(Items, text)
  if (length <= MAX_ITEMS) return jsonItems(text)
  throw invalid([{ pointer: '#', detail: `at most ${MAX_ITEMS} messages are allowed` }])
}
