import type { Turns } from '../../chassis/turns.ts'
import { Problem } from '../../contract/problem.ts'
import type { Page, PageQuery, RestQuery } from '../../history/types.ts'
import { createGetHistory } from '../../ingest/getHistory.ts'
import { createReadInTurn } from '../../ingest/readInTurn.ts'
import type { Opened } from './disposables.ts'
import { getServer } from './getServer.ts'

/** More than the kernel keeps for a reader who takes nothing. */
export const CHUNKS = 100
export const LARGE = 'x'.repeat(250_000)

/** Channels of so many messages, each a chunk of its own; notes what is read of which. */
export class ChunkedLog {
  readonly reads: string[] = []
  failsAt = Infinity
  /** Requests that have not been answered yet, and whose readers are there. */
  open = 0
  /** Requests that nothing is done for any more. */
  ended = 0
  readonly #opened: Opened

  constructor(opened: Opened) {
    this.#opened = opened
  }

  readonly page = async (query: PageQuery | RestQuery): Promise<Page> => {
    const { channels, limit, after = 0 } = query
    const channel = channels.join(',')
    const position = after + 1
    this.reads.push(channel)
    // As a read of the database does, it leaves the event loop to others.
    await new Promise(setImmediate)
    if (position >= this.failsAt) throw new Problem('unavailable')
    const data = channel.startsWith('large') ? LARGE : 'x'
    const json = `{"position":${position},"data":"${data}"}`
    return {
      entries: [{ position, previous: position - 1, id: '', channel, json }],
      rest:
        limit > 1
          ? { ...query, after: position, limit: limit - 1, epoch: 'e', readBytes: 1 }
          : undefined,
      last: after + limit,
      head: CHUNKS,
      low: 0,
      more: after + limit < CHUNKS,
      end: after + limit,
      epoch: 'e',
    }
  }

  /** `GET /history` of this log. */
  server(turns: Turns) {
    const handler = createGetHistory({
      readInTurn: createReadInTurn(this, turns),
      requireAccess: () => {},
      limitOpen: (limited) => limited,
      waitForMessages: async () => ({ after: 0 }),
      waitInSeveral: async (_request, _response, { queries }) => queries,
      logOf: () => 0,
    })
    return getServer(this.#opened, {
      '/history': (request, response, next) => {
        this.open++
        response.once('close', () => this.open--)
        return Promise.resolve(handler(request, response, next)).finally(() => this.ended++)
      },
    })
  }
}
