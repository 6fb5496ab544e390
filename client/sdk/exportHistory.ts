import { type Backoff } from './backoff.ts'
import type { Causeway } from './causeway.ts'
import { type HistoryQuery, type ShownMessage, queryOf } from './history.ts'
import { pause } from './pause.ts'
import { Unreachable } from './request.ts'
import { retryDelay } from './retry.ts'
import { isMessage, parseJson } from './typeGuards.ts'

type ExportQuery = Omit<HistoryQuery, 'limit' | 'order'>

const BACKOFF: Backoff = { first: 1_000, max: 30_000 }

/** Failures in a row without a message between them, after which an export fails. */
const MAX_FAILURES = 8

/** More than the largest message that Causeway can be set to store. */
const MAX_LINE_CHARACTERS = 2 ** 21

/**
 * A whole range, oldest first, in one answer that is read as fast as its messages are taken. If it breaks off, it goes on after its last message.
 */
export async function* exportHistory(
  causeway: Causeway,
  query: ExportQuery,
  signal?: AbortSignal,
): AsyncGenerator<ShownMessage, void, undefined> {
  let after = query.after
  for (let failures = 0; ;) {
    try {
      for await (const message of oneExport(causeway, { ...query, after }, signal)) {
        yield message
        after = message.position
        failures = 0
      }
      return
    } catch (error) {
      signal?.throwIfAborted()
      const wait = retryDelay(error, failures, BACKOFF)
      failures += 1
      if (wait === undefined || failures === MAX_FAILURES) throw error
      await pause(wait, signal)
    }
  }
}

async function* oneExport(causeway: Causeway, query: ExportQuery, signal?: AbortSignal) {
  const headers = { Accept: 'application/x-ndjson' }
  const init: RequestInit = { headers, ...(signal && { signal }) }
  const { body } = await causeway.open(`history?${queryOf(query).toString()}`, init)
  const decoder = new TextDecoder()
  const reader = body?.getReader()
  let rest = ''
  try {
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
      const lines = (rest + decoder.decode(part.value, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) yield messageOf(line)
      if (rest.length > MAX_LINE_CHARACTERS) throw new RangeError('A line of the export has no end')
    }
    if (rest !== '') yield messageOf(rest)
  } catch (error) {
    throw new Unreachable(error)
  } finally {
    // Whoever takes no more messages ends the answer.
    await reader?.cancel().catch(() => undefined)
  }
}

function messageOf(line: string): ShownMessage {
  const value = parseJson(line)
  if (!isMessage(value)) throw new TypeError('A line of the export is no message')
  return value
}
