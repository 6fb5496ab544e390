import { expect, test } from '@jest/globals'
import { formatLogIds } from '../../../contract/logIds.ts'
import { goodHistory, postOf } from './historyFixture.ts'
import { historyOfLog } from './historyOfLog.ts'
import { type JudgedLogs, judgeLogs } from './judgeLogs.ts'
import { USUAL_LIMITS } from './judge.ts'
import type { Chain, ChainRecord, FaultHistory, Row } from './records.ts'

const logOf = (channel: string): number => (channel < 'c' ? 0 : 1)

/** The messages of a faultless log with two channels; those of another log have the same positions. */
const rowsOf = (log: number): Row[] =>
  goodHistory().rows.map((row) => ({
    ...row,
    epoch: ['aaaa', 'bbbb'][log] ?? '',
    id: `${log}-${row.id}`,
    key: `${log}-${row.key}`,
    channel: log === 0 ? row.channel : ({ a: 'c', b: 'd' }[row.channel] ?? ''),
  }))
const LOGS = [rowsOf(0), rowsOf(1)]

function begin(lastId: string, position: number): ChainRecord[] {
  return [
    { t: 'connect', at: 0, via: 'x', lastId },
    { t: 'ready', at: 0, log: 0, epoch: 'aaaa', position, complete: true },
    { t: 'ready', at: 0, log: 1, epoch: 'bbbb', position, complete: true },
  ]
}

/** A stream over both logs, which breaks in its middle and comes back with an id that has a place in each. */
function joint(): ChainRecord[] {
  const { records = [] } = goodHistory().chains[0] ?? {}
  const heard = records
    .filter(({ t }) => t === 'message')
    .flatMap((_, at) =>
      LOGS.flatMap((rows): ChainRecord[] => {
        const { key: _key, sentAt, ...row } = rows[at] ?? rows[0] ?? never()
        return [{ t: 'message', at: sentAt + 20, ...row }]
      }),
    )
  const ids = new Map([
    [0, { epoch: 'aaaa', position: 105 }],
    [1, { epoch: 'bbbb', position: 105 }],
  ])
  return [
    ...begin('', 100),
    ...heard.slice(0, 10),
    { t: 'close', at: 0, why: '' },
    ...begin(formatLogIds(ids), 105),
    ...heard.slice(10),
  ]
}

function never(): never {
  throw new Error('a log has no messages')
}

function judged(records: ChainRecord[]): JudgedLogs {
  const channels = ['a', 'b', 'c', 'd']
  const chain: Chain = { name: 'joint', kind: 'lean', channels, isFast: true, records }
  const posts = LOGS.flat().map(postOf)
  return judgeLogs(
    LOGS.map((rows, log) => {
      const history: FaultHistory = {
        ...goodHistory(),
        ...historyOfLog({ posts, chains: [chain] }, log, logOf),
        rows,
        head: { epoch: rows[0]?.epoch ?? '', position: 110 },
      }
      return { log, history, limits: USUAL_LIMITS, isHealthy: log === 1 }
    }),
  )
}

test('A stream over two logs is judged in each of them, and their figures are added', () => {
  const { judgement, healthyDelayMs } = judged(joint())
  expect(judgement).toMatchObject({ violations: [], deliveries: 20, posts: { taken: 20 } })
  expect(healthyDelayMs).toBe(20)
})

test('What a stream lacks of one log is told of that one', () => {
  const lacking = joint().filter(
    (record) => record.t !== 'message' || record.channel < 'c' || record.position !== 104,
  )
  expect(judged(lacking).judgement.violations).toEqual([
    { word: 'skipped', detail: 'log 1: joint: 104 was never delivered' },
  ])
})

test('A reset of one log breaks nothing in the other', () => {
  const records = joint()
  records.push({ t: 'reset', at: 0, why: 'other-epoch', log: 0 })
  const { violations } = judged(records).judgement
  expect(violations.map(({ word }) => word)).toEqual(['dishonest-reset'])
  expect(violations[0]?.detail).toMatch(/^log 0: joint/)
})

test('A channel that comes late in the healthy log is its worst delay', () => {
  const late = joint().map((record) =>
    record.t === 'message' && record.id === '1-id-107'
      ? { ...record, at: record.at + 700 }
      : record,
  )
  expect(judged(late).healthyDelayMs).toBe(720)
})
