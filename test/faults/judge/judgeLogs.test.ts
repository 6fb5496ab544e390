import { expect, test } from '@jest/globals'
import { formatLogIds } from '../../../contract/logIds.ts'
import { goodHistory, postOf, START } from './historyFixture.ts'
import { historyOfLog } from './historyOfLog.ts'
import { type JudgedLogs, judgeLogs } from './judgeLogs.ts'
import { USUAL_LIMITS } from './judge.ts'
import type { Chain, ChainRecord, FaultHistory, PostRecord, Row } from './records.ts'

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

function judged(
  records: ChainRecord[],
  fault = goodHistory().fault,
  failed: PostRecord[] = [],
): JudgedLogs {
  const channels = ['a', 'b', 'c', 'd']
  const chain: Chain = { name: 'joint', kind: 'lean', channels, isFast: true, records }
  const posts = [...failed, ...LOGS.flat().map(postOf)]
  return judgeLogs(
    LOGS.map((rows, log) => {
      const history: FaultHistory = {
        ...goodHistory(),
        ...historyOfLog({ posts, chains: [chain] }, log, logOf),
        rows,
        fault,
        head: { epoch: rows[0]?.epoch ?? '', position: 110 },
      }
      return { log, history, limits: USUAL_LIMITS, isHealthy: log === 1, patience: 1 }
    }),
  )
}

test('A stream over two logs is judged in each of them, and their figures are added', () => {
  const { judgement, struck, healthy } = judged(joint())
  expect(judgement).toMatchObject({ violations: [], deliveries: 20, posts: { taken: 20 } })
  const noticed = { worstDelayMs: 20, worstAnswerMs: 8, failed: 0, failedForMs: 0 }
  expect([struck, healthy]).toMatchObject([
    { logs: [0], ...noticed },
    { logs: [1], ...noticed },
  ])
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

/** As `joint`, with some messages of the healthy log so much later. */
const withDelays = (delays: Record<string, number>): ChainRecord[] =>
  joint().map((record) =>
    record.t === 'message' ? { ...record, at: record.at + (delays[record.id] ?? 0) } : record,
  )

test('A message of the healthy log may not come late', () => {
  const { healthy, judgement } = judged(withDelays({ '1-id-107': 2_000 }))
  expect(healthy).toMatchObject({ worstDelayMs: 2_020 })
  expect(judgement.violations).toMatchObject([
    { word: 'late', detail: expect.stringMatching(/^log 1: 2020 ms/) },
  ])
})

test('On a machine that was slow before the fault, it may come as late as three times that', () => {
  const fault = { from: START + 1_500, to: START + 1_600 }
  const { healthy, judgement } = judged(withDelays({ '1-id-102': 700, '1-id-107': 2_000 }), fault)
  expect([healthy, judgement.violations]).toMatchObject([
    { calmDelayMs: 720, worstDelayMs: 2_020 },
    [],
  ])
})

test('Attempts to post that failed are counted for the logs that noticed them, with their time', () => {
  const [post] = LOGS[0]?.map(postOf) ?? []
  const failed = { ...(post ?? never()), outcome: 'failed' as const, ms: 30 }
  const { struck, healthy } = judged(joint(), undefined, [
    failed,
    { ...failed, at: failed.at + 200 },
  ])
  expect([struck, healthy]).toMatchObject([{ failed: 2, failedForMs: 230 }, { failed: 0 }])
})
