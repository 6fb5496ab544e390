import { setMaxListeners } from 'node:events'
import type { Request, Response } from 'express'
import { requireUncompressed } from '../chassis/body.ts'
import type { Subject } from '../chassis/limits/limit.ts'
import { closeUnread } from '../chassis/unreadableRequests.ts'
import { Problem } from '../contract/problem.ts'
import { type Line, LineSplitter } from './lineSplitter.ts'
import { OrderedAnswers } from './orderedAnswers.ts'
import type { PostItem } from './postItem.ts'

export interface PostLinesOptions {
  postItem: PostItem
  /** For one line. */
  maxBytes: number
  /** Aborts when the process is about to stop. */
  stopping: AbortSignal
}

/** Posts the messages of a body of NDJSON, one a line, and answers each with a line as soon as it is stored. */
export type PostLines = (request: Request, response: Response, subject: Subject) => Promise<void>

/** Each holds a line and what waits for its answer: a megabyte together at the usual limits. */
const MAX_STREAMS = 100

export function isLines(request: Request): boolean {
  const type = request.get('content-type') ?? ''
  return /^application\/x-ndjson\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(type)
}

/**
 * It takes lines only as fast as they are stored and their answers read, so a body without an end takes no more memory than a short
 * one. If the process stops, the lines that were taken are answered, and the answer ends before the rest.
 */
export function createPostLines({ postItem, maxBytes, stopping }: PostLinesOptions): PostLines {
  let streams = 0
  // Each of them listens.
  setMaxListeners(MAX_STREAMS, stopping)
  const postAll = async (...[request, response, subject]: Parameters<PostLines>): Promise<void> => {
    response.type('application/x-ndjson').flushHeaders()
    const answers = new OrderedAnswers(response)
    const take = async (lines: Iterable<Line>): Promise<void> => {
      for (const line of lines) {
        if (answers.isFull) await answers.room()
        if (response.closed || stopping.aborted) return
        answers.add(line?.length ?? 0, postItem(request, subject, line))
      }
    }
    const splitter = new LineSplitter(maxBytes)
    for await (const chunk of chunksOf(request, stopping)) await take(splitter.push(chunk))
    if (request.readableEnded) await take(splitter.end())
    await answers.finish()
    response.end(() => closeUnread(response))
  }
  return async (request, response, subject) => {
    requireUncompressed(request)
    if (streams >= MAX_STREAMS) throw new Problem('overloaded')
    streams++
    try {
      await postAll(request, response, subject)
    } finally {
      streams--
    }
  }
}

function nothing(): void {}

/** The chunks of a body, until it ends, its sender leaves or the signal aborts. */
async function* chunksOf(request: Request, stopping: AbortSignal): AsyncGenerator<Buffer> {
  let wake = nothing
  const onChange = (): void => wake()
  for (const event of CHANGES) request.on(event, onChange)
  stopping.addEventListener('abort', onChange)
  try {
    while (!stopping.aborted) {
      const chunk: Buffer | null = request.read()
      if (chunk !== null) yield chunk
      else if (request.readableEnded || request.destroyed) return
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    for (const event of CHANGES) request.off(event, onChange)
    stopping.removeEventListener('abort', onChange)
  }
}

const CHANGES = ['readable', 'end', 'error', 'close']
