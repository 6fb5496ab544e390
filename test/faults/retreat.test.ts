import { describe, expect, test } from '@jest/globals'
import { judge, type Limits, USUAL_LIMITS } from './checker.ts'
import { goodHistory, heard, postOf, START } from './historyFixture.ts'
import type { Chain, ChainRecord, FaultHistory, Row } from './records.ts'

/** Of the good history, what the log still has after it went back. */
const KEPT = 4
const BACK_AT = START + 1_000

/** The last six of ten messages are lost; three others come in their place. `next`: the epoch afterwards. */
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
    { t: 'ready', at: at + 110, epoch, position: 100 + KEPT, complete: false },
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
  test('is accepted if every stream is told, and begins again', () => {
    const { history } = wentBack()
    expect(judge(history, USUAL_LIMITS)).toMatchObject({ violations: [], toldMs: 500 })
  })

  test('may be followed under its old epoch until that is found out', () => {
    const { history, fresh } = wentBack()
    // This one had heard nothing of what was lost.
    const chain = firstChain(history)
    const [first] = fresh.filter(({ channel }) => chain.channels.includes(channel))
    if (first === undefined) throw new Error('no message')
    chain.records.splice(2 + KEPT, 6, { ...heard(first), epoch: 'aaaa', at: BACK_AT + 100 })
    expect(words(history)).toEqual([])
  })

  test('is rejected if a stream hears what was lost, and then what came in its place', () => {
    const { history, fresh } = wentBack()
    const chain = firstChain(history)
    const [first] = fresh
    if (first === undefined) throw new Error('no message')
    const record = { ...heard(first), epoch: 'aaaa', position: 111, at: BACK_AT + 100 }
    chain.records.splice(2 + 10, 0, record)
    expect(words(history)).toEqual(['phantom'])
  })

  test('is rejected if it goes on under its old epoch and a stream misses what it has now', () => {
    const { history } = wentBack('aaaa')
    for (const chain of history.chains)
      chain.records.splice(2 + (chain.channels.length > 1 ? 10 : 5))
    expect(words(history)).toEqual(['phantom', 'skipped', 'untold'])
  })

  test('is rejected if a stream stays in the epoch that is no more', () => {
    const { history } = wentBack()
    firstChain(history).records.splice(2 + 10)
    expect(words(history)).toEqual(['tail', 'untold'])
  })

  test('is rejected if a stream is told late', () => {
    const { history } = wentBack()
    expect(words(history, { toldWithinMs: 499 })).toEqual(['untold'])
  })

  test('need not tell a stream that is not open then', () => {
    const { history } = wentBack()
    const close: ChainRecord = { t: 'close', at: BACK_AT - 1, why: 'cut' }
    for (const { records, channels } of history.chains) {
      records.splice(2 + (channels.length > 1 ? 10 : 5), 2, close)
    }
    expect(words(history, { toldWithinMs: 100 })).toEqual([])
  })

  test('is rejected if it has lost more than it is said to have', () => {
    const { history } = wentBack()
    if (history.retreat !== undefined) history.retreat.after++
    expect(words(history)).toEqual(['lost-ack'])
  })

  test('may answer a key with what was lost, and once more with what came in its place', () => {
    const { history, former, fresh } = wentBack()
    const [lost, again] = [former[KEPT], fresh[0]]
    if (lost === undefined || again === undefined) throw new Error('no message')
    history.posts.push({ ...postOf(again), key: lost.key ?? '', outcome: 'repeated' })
    expect(words(history)).toEqual([])
    history.posts.push({ ...postOf({ ...again, id: former[0]?.id ?? '' }), key: lost.key ?? '' })
    expect(words(history)).toContain('idempotency')
  })
})

test('a log that did not go back may tell nobody to begin again', () => {
  const history = goodHistory()
  history.chains[0]?.records.push({ t: 'goodbye', at: START + 900, why: 'reset' })
  expect(words(history)).toEqual(['dishonest-reset'])
})

describe('the time of a message', () => {
  test('is rejected if it is before that of the one before', () => {
    const history = goodHistory()
    const row = history.rows[4]
    if (row !== undefined) row.sentAt -= 101
    expect(words(history)).toEqual(['time'])
  })

  test('is rejected if it is not that of its post, unless the clock may be wrong until the fault is over', () => {
    const history = goodHistory()
    for (const row of history.rows) row.sentAt += 1_100
    expect(words(history)).toEqual(['time'])
    expect(words(history, { sentWithinMs: 1_200 })).toEqual([])
    expect(words(history, { mayMistime: true })).toEqual(['time'])
    expect(
      words({ ...history, fault: { from: START, to: START + 1_000 } }, { mayMistime: true }),
    ).toEqual([])
  })

  test('does not tell how late a delivery is if it is wrong', () => {
    const history = goodHistory()
    for (const row of history.rows) row.sentAt += 3_600_000
    expect(judge(history, USUAL_LIMITS)).toMatchObject({ worstDelayMs: 17 })
  })
})

test('a delivery during the fault is rejected if it is later than it may be', () => {
  expect(words(goodHistory(), { delayWithinMs: 19 })).toEqual(['late'])
  expect(words(goodHistory(), { delayWithinMs: 20 })).toEqual([])
})
