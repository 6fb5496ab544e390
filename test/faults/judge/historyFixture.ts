import type { ChainRecord, FaultHistory, MessageRecord, PostRecord, Row } from './records.ts'

export const START = 1_000_000
/** A faultless history: ten messages on two channels, one reader of both, one reader of one. */
export function goodHistory() {
  const rows: Row[] = Array.from({ length: 10 }, (_, at) => ({
    epoch: 'aaaa',
    position: 101 + at,
    previous: at < 2 ? 0 : 99 + at,
    id: `id-${101 + at}`,
    channel: at % 2 === 0 ? 'a' : 'b',
    key: `key-${101 + at}`,
    hash: `hash-${101 + at}`,
    sentAt: START + at * 100,
  }))
  const posts = rows.map(postOf)
  const both: ChainRecord[] = [
    { t: 'connect', at: START - 10, via: 'x', lastId: '' },
    { t: 'ready', at: START - 5, log: 0, epoch: 'aaaa', position: 100, complete: true },
    ...rows.map(heard),
  ]
  const one = both.filter((record) => record.t !== 'message' || record.channel === 'a')
  const history = {
    posts,
    chains: [
      { name: 'both', kind: 'lean', channels: ['a', 'b'], isFast: true, records: both },
      { name: 'one', kind: 'package', channels: ['a'], isFast: true, records: one },
    ],
    rows,
    base: 100,
    head: { epoch: 'aaaa', position: 110 },
    samples: [{ t: 'sample', at: START, process: 'gateway-1', rssBytes: 900 }],
    streamsLeft: 0,
    fault: { from: START, to: START + 500 },
  } satisfies FaultHistory
  return history
}

export type History = ReturnType<typeof goodHistory>

export function postOf(row: Row): PostRecord {
  const { position, id, channel, hash, sentAt } = row
  const key = row.key ?? ''
  return {
    t: 'post',
    at: sentAt - 5,
    ms: 8,
    key,
    channel,
    hash,
    via: 'x',
    outcome: 'created',
    status: 201,
    position,
    id,
  }
}

export function heard(row: Row): MessageRecord {
  const { epoch, position, previous, channel, id, hash, sentAt } = row
  return { t: 'message', at: sentAt + 20, epoch, position, previous, channel, id, hash }
}

/** The index of the fifth message, and its index in the records of the reader of both. */
export const FIFTH = 4
export const FIFTH_HEARD = 2 + FIFTH

export function rowAt(history: History, at: number): Row {
  const row = history.rows[at]
  if (row === undefined) throw new Error(`no row ${at}`)
  return row
}

export function postAt(history: History, at: number): PostRecord {
  const post = history.posts[at]
  if (post === undefined) throw new Error(`no post ${at}`)
  return post
}

export function records(history: History): ChainRecord[] {
  const [both] = history.chains
  if (both === undefined) throw new Error('no chain')
  return both.records
}
