import { describe, expect, test } from '@jest/globals'
import { judge, type Limits } from './judge.ts'
import {
  FIFTH,
  FIFTH_HEARD,
  goodHistory,
  heard,
  type History,
  postAt,
  records,
  rowAt,
  START,
} from './historyFixture.ts'
import type { ChainRecord } from './records.ts'

const LIMITS: Limits = {
  postsMayFail: false,
  recoverWithinMs: 5_000,
  answerWithinMs: 10_000,
  rssBytes: 1_000,
  sentWithinMs: 1_000,
  toldWithinMs: 2_000,
}

function words(history: History, limits: Partial<Limits> = {}): string[] {
  return [
    ...new Set(judge(history, { ...LIMITS, ...limits }).violations.map(({ word }) => word)),
  ].sort()
}

test('the judge accepts a faultless history, and counts its deliveries', () => {
  const judgement = judge(goodHistory(), LIMITS)
  expect(judgement.violations).toEqual([])
  expect(judgement).toMatchObject({
    deliveries: 15,
    wireRepeats: 0,
    worstDelayMs: 20,
    recoveryMs: 0,
  })
})

const ready = (fields: object): ChainRecord => ({
  t: 'ready',
  log: 0,
  at: START + 450,
  epoch: 'aaaa',
  position: 104,
  complete: true,
  ...fields,
})
const connect = (lastId: string): ChainRecord => ({
  t: 'connect',
  at: START + 440,
  via: 'y',
  lastId,
})

describe('the judge', () => {
  const gap: ChainRecord = {
    t: 'gap',
    at: START + 450,
    channel: 'a',
    after: 103,
    before: 107,
    reason: 'retention',
  }

  test.each<[string, string[], (history: History) => void]>([
    [
      'an acknowledged message is not stored',
      ['lost-ack'],
      (h) => h.posts.push({ ...postAt(h, 0), key: 'key-x', id: 'id-x', position: 111 }),
    ],
    [
      'an acknowledged message is stored elsewhere',
      ['lost-ack'],
      (h) => (postAt(h, 0).position = 102),
    ],
    [
      'an acknowledged message is stored with another body',
      ['inconsistent', 'phantom'],
      (h) => (postAt(h, 0).hash = 'x'),
    ],
    ['a stored message was never posted', ['phantom'], (h) => h.posts.splice(FIFTH, 1)],
    [
      'a stored message was refused',
      ['phantom', 'unavailable'],
      (h) => Object.assign(postAt(h, FIFTH), { outcome: 'refused', status: 422 }),
    ],
    ['the log has a hole', ['hole', 'lost-ack', 'phantom'], (h) => h.rows.splice(9, 1)],
    [
      'the log names a wrong message before',
      ['hole', 'inconsistent'],
      (h) => (rowAt(h, FIFTH).previous = 102),
    ],
    ['the log says more than it has', ['hole'], (h) => (h.head.position = 111)],
    [
      'one key has two answers',
      ['idempotency', 'lost-ack'],
      (h) => h.posts.push({ ...postAt(h, 0), outcome: 'repeated', id: 'id-x', position: 103 }),
    ],
    [
      'one key has two messages',
      ['idempotency', 'phantom'],
      (h) => (rowAt(h, 2).key = rowAt(h, 0).key),
    ],
    ['a reader missed a message', ['skipped'], (h) => records(h).splice(FIFTH_HEARD, 1)],
    ['a reader missed the last message', ['tail'], (h) => records(h).pop()],
    ['a reader got a message twice', ['duplicate'], (h) => records(h).push(heard(rowAt(h, 9)))],
    [
      'a reader got two messages in the wrong order',
      ['order'],
      (h) => records(h).splice(FIFTH_HEARD, 2, heard(rowAt(h, 5)), heard(rowAt(h, 4))),
    ],
    [
      'a reader got a message that is not stored',
      ['phantom'],
      (h) => records(h).push({ ...heard(rowAt(h, 9)), position: 111, id: 'id-x' }),
    ],
    [
      'a reader got a message of a channel that it did not request',
      ['phantom'],
      (h) => h.chains[1]?.records.push(heard(rowAt(h, 9))),
    ],
    [
      'a reader got another body',
      ['inconsistent'],
      (h) => records(h).splice(FIFTH_HEARD, 1, { ...heard(rowAt(h, FIFTH)), hash: 'x' }),
    ],
    [
      'a reader got another previous',
      ['inconsistent'],
      (h) => records(h).splice(FIFTH_HEARD, 1, { ...heard(rowAt(h, FIFTH)), previous: 1 }),
    ],
    [
      'a gap covers a message that is there',
      ['dishonest-gap'],
      (h) => records(h).splice(FIFTH_HEARD, 1, gap),
    ],
    [
      'a gap has the wrong bounds',
      ['dishonest-gap', 'skipped'],
      (h) => records(h).splice(FIFTH_HEARD, 1, { ...gap, before: 105 }),
    ],
    [
      'a reader gets a reset though its id is of this log',
      ['dishonest-reset'],
      (h) => records(h).splice(FIFTH_HEARD, 0, connect('aaaa-104'), ready({ complete: false })),
    ],
    [
      'a stream continues in another epoch without a reset',
      ['dishonest-reset', 'phantom', 'tail'],
      (h) => records(h).splice(FIFTH_HEARD, 0, connect('aaaa-104'), ready({ epoch: 'bbbb' })),
    ],
    [
      'nothing was posted',
      ['expectation'],
      (h) => {
        h.posts.length = h.rows.length = 0
        h.head.position = 100
        for (const { records: chain } of h.chains) chain.splice(2)
      },
    ],
    ['a stream never begins', ['tail'], (h) => (h.chains[1]?.records.splice(1), undefined)],
    [
      'a process has grown',
      ['unbounded'],
      (h) => h.samples.push({ t: 'sample', at: START, process: 'gateway-1', rssBytes: 1001 }),
    ],
    [
      'streams stay open without a reader',
      ['unbounded'],
      (h) => Object.assign(h, { streamsLeft: 1 }),
    ],
    [
      'a post failed that should have been accepted',
      ['unavailable'],
      (h) => h.posts.push({ ...postAt(h, 0), outcome: 'failed', status: 503 }),
    ],
    [
      'a post got its answer after a long time',
      ['hang', 'slow-recovery'],
      (h) =>
        h.posts.push(
          { ...postAt(h, 9), at: START, outcome: 'repeated', ms: 10_001 },
          { ...postAt(h, 9), at: START, outcome: 'unknown', ms: 10_001, status: 0 },
        ),
    ],
    [
      'deliveries stay late after the fault',
      ['slow-recovery'],
      (h) => Object.assign(records(h)[FIFTH_HEARD] ?? {}, { at: START + 5_501 }),
    ],
  ])('the judge rejects a history in which %s', (_, expected, spoil) => {
    const history = goodHistory()
    spoil(history)
    expect(words(history, { postsMayFail: expected.includes('hang') })).toEqual(expected)
  })

  test('the judge accepts a gap over messages that retention removed, and rejects one over more', () => {
    const history = goodHistory()
    records(history).splice(FIFTH_HEARD, 1, gap)
    expect(words(history, { retainedAfter: 105 })).toEqual([])
    expect(words(history, { retainedAfter: 104 })).toEqual(['dishonest-gap'])
  })
})

test('the judge counts messages that a reader did not pass on separately', () => {
  const history = goodHistory()
  records(history).push({ ...heard(rowAt(history, 9)), repeat: true })
  expect(judge(history, LIMITS)).toMatchObject({ violations: [], wireRepeats: 1, deliveries: 15 })
})
