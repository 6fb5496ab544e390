import { describe, expect, test } from '@jest/globals'
import { judge, type Limits, withPatience, USUAL_LIMITS } from './judge.ts'
import { goodHistory, heard, postOf, START } from './historyFixture.ts'
import type { Chain, ChainRecord, FaultHistory, Row } from './records.ts'

/** Messages of the good history that the log keeps when it goes back. */
const KEPT = 4
const BACK_AT = START + 1_000

/** The log loses the last six of ten messages, and gets three others. `next` is the epoch afterwards. */
function wentBack(next = 'bbbb') {
  const good = goodHistory()
  const former = good.rows
  const kept = former.slice(0, KEPT).map((row) => ({ ...row, epoch: next }))
  const fresh = former.slice(KEPT, KEPT + 3).map((row) => ({
    ...row,
    epoch: next,
    id: `${row.id}-again`,
    key: `${row.key}-again`,
    sentAt: row.sentAt + 2_000,
  }))
  const chains: Chain[] = good.chains.map((chain) => ({
    ...chain,
    records: [...chain.records, ...told(chain, BACK_AT + 500, next), ...hears(chain, fresh)],
  }))
  const history: FaultHistory = {
    ...good,
    chains,
    posts: [...good.posts, ...fresh.map(postOf)],
    rows: [...kept, ...fresh],
    retreat: { epoch: 'aaaa', rows: former, after: 100 + KEPT, at: BACK_AT },
    head: { epoch: next, position: 100 + KEPT + fresh.length },
  }
  return { history, former, fresh }
}

function told({ channels }: Chain, at: number, epoch: string): ChainRecord[] {
  const lastId = channels.length > 1 ? 'aaaa-110' : 'aaaa-109'
  return [
    { t: 'goodbye', at, why: 'reset' },
    { t: 'close', at: at + 1, why: 'end' },
    { t: 'connect', at: at + 100, via: 'x', lastId },
    { t: 'ready', at: at + 110, log: 0, epoch, position: 100 + KEPT, complete: false },
    { t: 'reset', at: at + 110, why: 'other-epoch' },
  ]
}

function hears({ channels }: Chain, rows: readonly Row[]): ChainRecord[] {
  return rows.filter(({ channel }) => channels.includes(channel)).map(heard)
}

function words(history: FaultHistory, limits: Partial<Limits> = {}): string[] {
  const { violations } = judge(history, { ...USUAL_LIMITS, ...limits })
  return [...new Set(violations.map(({ word }) => word))].sort()
}

function firstChain({ chains }: FaultHistory): Chain {
  const [chain] = chains
  if (chain === undefined) throw new Error('no chain')
  return chain
}

describe('a log that went back', () => {
  test('a log may go back if every stream gets a reset', () => {
    const { history } = wentBack()
    expect(judge(history, USUAL_LIMITS)).toMatchObject({ violations: [], toldMs: 500 })
  })

  test('a stream may follow a log that went back under its old epoch until a gateway notices', () => {
    const { history, fresh } = wentBack()
    // This stream had none of the lost messages.
    const chain = firstChain(history)
    const [first] = fresh.filter(({ channel }) => chain.channels.includes(channel))
    if (first === undefined) throw new Error('no message')
    chain.records.splice(2 + KEPT, 6, { ...heard(first), epoch: 'aaaa', at: BACK_AT + 100 })
    expect(words(history)).toEqual([])
  })

  test('a stream may not get lost messages and then those in their place', () => {
    const { history, fresh } = wentBack()
    const chain = firstChain(history)
    const [first] = fresh
    if (first === undefined) throw new Error('no message')
    const record = { ...heard(first), epoch: 'aaaa', position: 111, at: BACK_AT + 100 }
    chain.records.splice(2 + 10, 0, record)
    expect(words(history)).toEqual(['phantom'])
  })

  test('a stream may not miss the new messages of a log that keeps its epoch', () => {
    const { history } = wentBack('aaaa')
    for (const chain of history.chains)
      chain.records.splice(2 + (chain.channels.length > 1 ? 10 : 5))
    expect(words(history)).toEqual(['phantom', 'skipped', 'untold'])
  })

  test('a stream may not stay in the old epoch', () => {
    const { history } = wentBack()
    firstChain(history).records.splice(2 + 10)
    expect(words(history)).toEqual(['tail', 'untold'])
  })

  test('a stream may not get its reset late', () => {
    const { history } = wentBack()
    expect(words(history, { toldWithinMs: 499 })).toEqual(['untold'])
  })

  test('a stream that is closed at that moment needs no reset', () => {
    const { history } = wentBack()
    const close: ChainRecord = { t: 'close', at: BACK_AT - 1, why: 'cut' }
    for (const { records, channels } of history.chains) {
      records.splice(2 + (channels.length > 1 ? 10 : 5), 2, close)
    }
    expect(words(history, { toldWithinMs: 100 })).toEqual([])
  })

  test('a log may not lose more messages than stated', () => {
    const { history } = wentBack()
    if (history.retreat !== undefined) history.retreat.after++
    expect(words(history)).toEqual(['lost-ack'])
  })

  test('a key may have one answer with a lost message and one with the message in its place', () => {
    const { history, former, fresh } = wentBack()
    const [lost, again] = [former[KEPT], fresh[0]]
    if (lost === undefined || again === undefined) throw new Error('no message')
    history.posts.push({ ...postOf(again), key: lost.key ?? '', outcome: 'repeated' })
    expect(words(history)).toEqual([])
    history.posts.push({ ...postOf({ ...again, id: former[0]?.id ?? '' }), key: lost.key ?? '' })
    expect(words(history)).toContain('idempotency')
  })
})

test('no stream may get a reset from a log that did not go back', () => {
  const history = goodHistory()
  history.chains[0]?.records.push({ t: 'goodbye', at: START + 900, why: 'reset' })
  expect(words(history)).toEqual(['dishonest-reset'])
})

describe('the time of a message', () => {
  test('the time of a message may not be before that of the message before it', () => {
    const history = goodHistory()
    const row = history.rows[4]
    if (row !== undefined) row.sentAt -= 101
    expect(words(history)).toEqual(['time'])
  })

  test('the time of a message must be that of its post, unless the clock may be wrong until the fault is over', () => {
    const history = goodHistory()
    for (const row of history.rows) row.sentAt += 1_100
    expect(words(history)).toEqual(['time'])
    expect(words(history, { sentWithinMs: 1_200 })).toEqual([])
    expect(words(history, { mayMistime: true })).toEqual(['time'])
    expect(
      words({ ...history, fault: { from: START, to: START + 1_000 } }, { mayMistime: true }),
    ).toEqual([])
  })

  test('a wrong time of a message does not change the measured delay of its delivery', () => {
    const history = goodHistory()
    for (const row of history.rows) row.sentAt += 3_600_000
    expect(judge(history, USUAL_LIMITS)).toMatchObject({ worstDelayMs: 17 })
  })
})

test('a delivery during the fault may not be later than the limit', () => {
  expect(words(goodHistory(), { delayWithinMs: 19 })).toEqual(['late'])
  expect(words(goodHistory(), { delayWithinMs: 20 })).toEqual([])
})

test('Patience multiplies every limit of time, and no other', () => {
  expect(withPatience({ ...USUAL_LIMITS, delayWithinMs: 20 }, 3)).toEqual({
    ...USUAL_LIMITS,
    recoverWithinMs: 15_000,
    delayWithinMs: 60,
    answerWithinMs: 24_000,
    sentWithinMs: 3_000,
    toldWithinMs: 6_000,
  })
  expect(withPatience(USUAL_LIMITS, 1)).toEqual(USUAL_LIMITS)
})
