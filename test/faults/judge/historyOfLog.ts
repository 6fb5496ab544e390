import { formatEventId, parseEventId } from '../../../contract/eventId.ts'
import { parseLogIds } from '../../../contract/logIds.ts'
import type { Chain, ChainRecord, PostRecord } from './records.ts'

type LogOf = (channel: string) => number

/** What concerns one log. So each log is judged as if it were the only one. */
export function historyOfLog(
  { posts, chains }: { posts: readonly PostRecord[]; chains: readonly Chain[] },
  log: number,
  logOf: LogOf,
): { posts: PostRecord[]; chains: Chain[] } {
  return {
    posts: posts.filter(({ channel }) => logOf(channel) === log),
    chains: chains.flatMap((chain) => chainOfLog(chain, log, logOf)),
  }
}

/** A subscriber's part in a log; none if it has no channel there. */
function chainOfLog(chain: Chain, log: number, logOf: LogOf): Chain[] {
  const channels = chain.channels.filter((name) => logOf(name) === log)
  if (channels.length === 0) return []
  return [
    { ...chain, channels, records: chain.records.flatMap((one) => recordOfLog(one, log, logOf)) },
  ]
}

function recordOfLog(record: ChainRecord, log: number, logOf: LogOf): ChainRecord[] {
  if (record.t === 'connect') return [{ ...record, lastId: idOfLog(record.lastId, log) }]
  if (record.t === 'message' || record.t === 'gap') {
    return logOf(record.channel) === log ? [record] : []
  }
  // An end without a log is that of the whole stream.
  return record.log === undefined || record.log === log ? [record] : []
}

/** A log's part of the id of a stream over one log or several; empty if it has none. */
function idOfLog(id: string, log: number): string {
  if (parseEventId(id) !== undefined) return id
  const part = parseLogIds(id)?.get(log)
  return part === undefined ? '' : formatEventId(part.epoch, part.position)
}
