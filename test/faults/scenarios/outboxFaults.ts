import {
  type ApplicationRun,
  ORDERS,
  type Published,
  runApplications,
} from '../../../bench/load/application.ts'
import { comesTrue } from '../../support/waitFor.ts'
import { dump, hashOf, query } from '../rig/database.ts'
import type { Row } from '../judge/records.ts'
import type { Scenario, Scene } from '../scenario.ts'
import { killEachIngest } from './actions.ts'

const CALLS_PER_SECOND = 200
/** More than there is time for. */
const MOST_CALLS = 100_000
const APPLICATIONS = { usual: 3, slow: 2 }
/** On any machine. */
const MOVED_WITHIN_SECONDS = 90

/** In size, and without a fault, it is `npm run bench -- outbox`. */
export const outboxFaults: Scenario[] = [
  {
    id: 'F42',
    title:
      'each ingest killed in turn while applications publish in transactions; some roll back, some stay open for seconds',
    limits: { postsMayFail: true, answerWithinMs: 16_000 },
    run: async (scene) => {
      const { databaseUrl } = scene.rig
      await query(databaseUrl, `create table if not exists ${ORDERS} (number bigint primary key)`)
      await query(databaseUrl, `truncate ${ORDERS}`)
      const over = new AbortController()
      const run: ApplicationRun = {
        databaseUrl,
        channels: scene.channels,
        calls: MOST_CALLS,
        perSecond: CALLS_PER_SECOND,
        committing: new Float64Array(MOST_CALLS),
        over: over.signal,
      }
      const published: Published = { calls: 0, committed: 0 }
      const applications = runApplications(run, APPLICATIONS, published)
      await killEachIngest(scene).finally(() => over.abort())
      await applications
      await checkAll(scene, run, published)
    },
  },
]

/** Each committed call must be there once, and each that was rolled back not at all; as the applications' own rows. */
async function checkAll(
  scene: Scene,
  { committing, databaseUrl }: ApplicationRun,
  { calls, committed }: Published,
): Promise<void> {
  const { base, channels, expect, note, posted } = scene
  const numbers = new Map<string, number>()
  for (let number = 0; number < calls; number++) numbers.set(hashOf(textOf(number)), number)
  let rows: Row[] = []
  const isThere = async (): Promise<boolean> => {
    rows = (await dump(databaseUrl, base)).filter(({ hash }) => numbers.has(hash))
    return rows.length >= committed
  }
  await comesTrue(isThere, MOVED_WITHIN_SECONDS, 500)
  const found = new Set(rows.map(({ hash }) => numbers.get(hash) ?? 0))
  const kept = new Set(await ordersOf(databaseUrl))
  const lost = [...kept].filter((number) => !found.has(number)).length
  const left = [...found].filter((number) => !kept.has(number)).length
  const doubled = rows.length - found.size
  note(
    `applications called ${calls} times, ${calls - committed} rolled back: ${lost} lost, ${doubled} doubled, ${left} left by a rollback`,
  )
  expect(kept.size === committed && committed > 0, 'the applications lost rows of their own')
  expect(calls > committed, 'no transaction was rolled back')
  expect(lost === 0, `${lost} published messages were lost`)
  expect(doubled === 0, `${doubled} published messages were stored twice`)
  expect(left === 0, `${left} messages are of transactions that were rolled back`)
  for (const { hash, position, id, sentAt, channel } of rows) {
    const number = numbers.get(hash) ?? 0
    const at = performance.timeOrigin + (committing[number] ?? 0)
    const ms = Math.max(0, sentAt - at)
    const stored = { outcome: 'created' as const, status: 201, position, id }
    const wanted = channels[number % channels.length] ?? channel
    posted({ t: 'post', at, ms, key: id, channel: wanted, hash, via: 'postgres', ...stored })
  }
}

/** The data that is published for a number. */
function textOf(number: number): string {
  return JSON.stringify({ number })
}

async function ordersOf(databaseUrl: string): Promise<number[]> {
  const rows = await query(databaseUrl, `select number::text from ${ORDERS}`)
  return rows.map((row) => Number(row['number']))
}
