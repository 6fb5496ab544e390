import { beforeAll, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { cutIntoPartitions, draft, openLog, openSql } from '../test/support/testLog.ts'
import { look, type Looked, type LookQuery } from './look.ts'
import { LOOKS, READ_BYTES, READ_COUNT } from './lookLimits.ts'
import { isPlain, lookPlainly } from './plainLook.ts'
import { Pool } from './pool.ts'
import { toEntries } from './row.ts'

const opened = disposables()
let pool: Pool

const COUNT = 240
/** Of 10 kB or 1.5 MB, between small ones. */
const isLarge = (position: number): boolean => position % 7 === 0
const isHuge = (position: number): boolean => position > 150 && position % 11 === 0

/** `a` has two of three messages. Some are about its first one: reactions, replies and edits. */
beforeAll(async () => {
  const databaseUrl = await testDatabase()
  const log = openLog(databaseUrl, opened)
  pool = new Pool({ databaseUrl, connections: 1, onError: () => {} })
  opened.add(() => pool.close())
  const sql = openSql(databaseUrl, opened)
  await cutIntoPartitions(sql, 100, COUNT)
  for (let position = 1; position <= COUNT; position++) {
    const channel = position % 3 === 0 ? 'b' : 'a'
    const size = isHuge(position) ? 1_500_000 : isLarge(position) ? 10_000 : 3
    const data = JSON.stringify('\u00e4'.repeat(size))
    const as = (['reaction', 'reply', 'edit'] as const)[position % 10]
    const isAbout = channel === 'a' && position > 1 && as !== undefined
    const about = isAbout ? { about: { position: 1, as } } : {}
    await log.append(draft({ channel, data: as === 'reaction' ? '"+1"' : data, ...about }))
  }
  // One in each second, some pairs at the same time.
  await sql(
    `update "message" set "sent_at" = 'epoch'::timestamptz + "position" / 2 * interval '2 s'`,
  )
})

const BYTES = [1, 100, READ_BYTES / 64, READ_BYTES]

function* queries(): Generator<LookQuery> {
  for (const channel of ['a', 'b', 'nobody'])
    for (const order of ['asc', 'desc'] as const)
      for (const isFolded of [undefined, true])
        for (const limit of [1, 2, 50, READ_COUNT])
          for (const [after, before] of [
            [],
            [0],
            [100],
            [130, 140],
            [238],
            [undefined, 160],
            [9, 3],
          ])
            for (const readBytes of BYTES) {
              const range = { after, before, order, limit }
              yield {
                channels: [channel],
                isFolded,
                ...range,
                isRest: false,
                looks: LOOKS,
                readBytes,
              }
            }
}

const at = (seconds: number): Date => new Date(seconds * 1_000)
const TIMES = [
  { from: at(0) },
  { from: at(100), to: at(140) },
  { from: at(101), to: at(139), after: 130 },
  { to: at(90) },
  { from: at(COUNT), before: 200 },
  { from: at(COUNT + 2) },
  { to: at(1) },
  { from: at(120), to: at(110) },
]

/** All that a page takes from a look. */
function seen(looked: Looked | undefined, order: 'asc' | 'desc'): unknown {
  if (looked === undefined) return undefined
  const { rows, edge, ...rest } = looked
  const isFull = rest.found > rest.kept
  const folded = rows.filter(({ has_fold: hasFold }) => hasFold === true)
  return {
    ...rest,
    more: isFull || edge !== undefined,
    end: isFull ? rest.last : (edge ?? rest.last),
    entries: toEntries(rows, order),
    folded: folded.map(({ position }) => position),
  }
}

const isUnbounded = ({ after, before, readBytes }: LookQuery): boolean =>
  after === undefined && before === undefined && readBytes === READ_BYTES

test('A look at one channel sees what a look at several would', async () => {
  let count = 0
  const all = [...queries()]
  const timed = TIMES.flatMap((times) =>
    all.filter(isUnbounded).map((query) => ({ ...query, ...times })),
  )
  for (const query of [...all, ...timed]) {
    expect(isPlain(query)).toBe(true)
    const [plain, full] = [await lookPlainly(pool, 0, query), await look(pool, 0, query)]
    expect([query, seen(plain, query.order)]).toEqual([query, seen(full, query.order)])
    count += plain?.rows.length ?? 0
  }
  expect(count).toBeGreaterThan(1_000)
  const [query] = queries()
  if (query === undefined) throw new Error('there are queries')
  expect([await lookPlainly(pool, 9, query), await look(pool, 9, query)]).toEqual([
    undefined,
    undefined,
  ])
})

test.each<[string, Partial<LookQuery>]>([
  ['several channels', { channels: ['a', 'b'] }],
  ['one sender', { sender: 'user:bob' }],
  ['one type', { type: 'tide' }],
  ['one message', { about: 1 }],
  ['more messages than one read returns', { limit: READ_COUNT + 1 }],
  ['more messages than it may look at', { looks: 50 }],
])('A look for %s is not a plain one', (_what, part) => {
  const query = { channels: ['a'], limit: 50, order: 'asc', isRest: false } as const
  const plain: LookQuery = { ...query, looks: 51, readBytes: READ_BYTES }
  expect([isPlain(plain), isPlain({ ...plain, ...part })]).toEqual([true, false])
})
