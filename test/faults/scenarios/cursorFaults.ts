import { setTimeout as sleep } from 'node:timers/promises'
import { query, readHead } from '../database.ts'
import { EventParser } from '../eventParser.ts'
import type { Scenario, Scene } from '../scenario.ts'
import { killFor, withRedis } from './actions.ts'

export const cursorFaults: Scenario[] = [
  {
    id: 'F27a',
    title: 'ids of every kind: garbage, of another epoch, beyond the log, below retention',
    run: async (scene) => {
      await askWithIds(scene)
      const head = await readHead(scene.bench.stack.databaseUrl)
      const upTo = head.position - 200
      await scene.keepLog(upTo)
      await query(
        scene.bench.stack.databaseUrl,
        `with gone as (delete from message where position <= ${upTo} returning 1),
           low as (update log set low = ${upTo} where id = 0)
         select count(*)::text from gone`,
      )
      scene.limits.retainedAfter = upTo
      // Copies of what is gone are honest too; without them there is nothing but the log.
      await withRedis(scene, (redis) => redis.flushall())
      await killFor(scene, ['gateway-1', 'gateway-2'], 0)
      const late = scene.crowd.add('below', { since: String(upTo - 100) })
      await sleep(2_000)
      scene.expect(late.notebook.gaps > 0, 'nobody was told of what retention had removed')
    },
  },
  {
    id: 'F27b',
    title: 'the database restored to an older state, with a new epoch',
    // Those who are told to begin again have not heard what the restored log has; that is what the reset is for.
    run: async (scene) => {
      const { databaseUrl } = scene.bench.stack
      await scene.poster.quiet()
      await scene.keepLog()
      const { position } = await readHead(databaseUrl)
      // Not below what this scenario found: the judge looks at nothing before it.
      const upTo = position - Math.min(300, Math.floor(scene.poster.posted / 2))
      for (const statement of restoration(upTo)) await query(databaseUrl, statement)
      await sleep(1_500)
      scene.poster.start()
      await scene.seconds(3)
      const resets = scene.crowd.readers.filter(({ notebook }) => notebook.resets > 0).length
      scene.expect(
        resets === scene.crowd.readers.length,
        `${resets} of ${scene.crowd.readers.length} readers were told of the new epoch`,
      )
    },
  },
]

/** As a restore from a backup leaves the log, with the epoch that its operator then changes. */
function restoration(upTo: number): string[] {
  return [
    `with gone as (delete from message where position > ${upTo} returning 1)
     select count(*)::text from gone`,
    `with gone as (delete from idempotency where position > ${upTo} returning 1)
     select count(*)::text from gone`,
    `with gone as (delete from channel c where not exists
       (select from message m where m.log_id = c.log_id and m.channel = c.name) returning 1)
     select count(*)::text from gone`,
    `with moved as (update channel c set head = m.head, count = m.count
       from (select log_id, channel, max(position) as head, count(*) as count from message group by 1, 2) m
       where m.log_id = c.log_id and m.channel = c.name returning 1)
     select count(*)::text from moved`,
    `update log set head = ${upTo}, last_id = (select id from message where log_id = 0 and position = ${upTo}),
       epoch = substr(md5(epoch), 1, 8) where id = 0 returning epoch`,
  ]
}

async function askWithIds(scene: Scene): Promise<void> {
  const { epoch, position } = await readHead(scene.bench.stack.databaseUrl)
  const garbage = [
    'abc',
    '-1',
    '1e3',
    '0x10',
    `${epoch}-`,
    `${epoch}--5`,
    `${epoch}-01`,
    `${epoch}-1e3`,
    `${epoch.toUpperCase()}-${position}!`,
    `${epoch}-${'9'.repeat(30)}`,
    'x'.repeat(5_000),
  ]
  const cases: [string, number, boolean | undefined][] = [
    ...garbage.map((id): [string, number, undefined] => [id, 400, undefined]),
    [`other-${position}`, 200, false],
    [`${epoch}-${position + 1_000_000}`, 200, false],
    [`${epoch}-${position}`, 200, true],
    [`${epoch}-0`, 200, true],
  ]
  for (const [id, status, complete] of cases) {
    for (const origin of [scene.bench.edge, ...scene.bench.gateways]) {
      const answer = await ask(`${origin}/events?channel=${scene.channels[0]}`, id)
      const name = id.length > 40 ? `${id.slice(0, 40)}…` : id
      scene.expect(answer.status === status, `id ${name} was answered ${answer.status}`)
      scene.expect(answer.complete === complete, `id ${name} led to complete ${answer.complete}`)
      scene.expect(
        answer.isReset === (complete === false),
        `id ${name} led to ${answer.isReset ? 'a' : 'no'} reset`,
      )
    }
  }
}

/** Opens a stream and looks at how it begins. */
async function ask(url: string, id: string) {
  const controller = new AbortController()
  const headers = { accept: 'text/event-stream', 'last-event-id': id }
  const response = await fetch(url, { headers, signal: controller.signal })
  const { status } = response
  let complete: boolean | undefined
  let isReset = false
  if (status === 200 && response.body !== null) {
    const parser = new EventParser('')
    const decoder = new TextDecoder()
    for await (const chunk of response.body) {
      const events = parser.push(decoder.decode(chunk, { stream: true }))
      const ready = events.find(({ name }) => name === 'ready')
      if (ready !== undefined) {
        const data: { complete: boolean } = JSON.parse(ready.data)
        complete = data.complete
      }
      isReset ||= events.some(({ name }) => name === 'reset')
      // A reset, where there is one, comes at once with the beginning or not at all.
      if (complete === true || isReset) break
    }
  }
  controller.abort()
  return { status, complete, isReset }
}
