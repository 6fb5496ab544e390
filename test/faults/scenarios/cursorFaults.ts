import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createParser } from 'eventsource-parser'
import { goBack, query, readHead } from '../rig/database.ts'
import type { Scenario, Scene } from '../scenario.ts'
import { comesTrue } from '../../support/waitFor.ts'
import { killFor, withRedis } from './actions.ts'

/** On any machine. */
const TOLD_WITHIN_SECONDS = 30

export const cursorFaults: Scenario[] = [
  {
    id: 'F27a',
    title: 'ids of every kind: garbage, another epoch, beyond the log, below retention',
    run: async (scene) => {
      await askWithIds(scene)
      const head = await readHead(scene.rig.databaseUrl)
      const upTo = head.position - 200
      await scene.keepLog(upTo)
      await query(
        scene.rig.databaseUrl,
        `select remove_messages(0::smallint, array_agg(position), '', 0)::text
         from message where log_id = 0 and position <= ${upTo}`,
      )
      scene.limits.retainedAfter = upTo
      // Redis may still have removed messages and may send them; without Redis only the log is left.
      await withRedis(scene, (redis) => redis.flushall())
      await killFor(scene, ['gateway-1', 'gateway-2'], 0)
      const late = scene.subscribers.add('below', { since: String(upTo - 100) })
      const isTold = await comesTrue(() => late.journal.gaps > 0, TOLD_WITHIN_SECONDS)
      scene.expect(isTold, 'no reader got a gap over the removed messages')
    },
  },
  {
    id: 'F27b',
    title: 'the database restored to an older state, with a new epoch',
    run: async (scene) => {
      const { rig, base, publisher } = scene
      await publisher.quiet()
      const count = Math.min(300, Math.floor(publisher.posted / 2))
      const back = { base, count, epoch: randomUUID().slice(0, 8) }
      scene.wentBack(await goBack(rig.databaseUrl, back))
      await sleep(1_500)
      publisher.start()
      await scene.seconds(3)
    },
  },
]

async function askWithIds(scene: Scene): Promise<void> {
  const { epoch, position } = await readHead(scene.rig.databaseUrl)
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
    for (const origin of [scene.rig.edge, ...scene.rig.gateways]) {
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

/** Opens a stream and reads how it begins. */
async function ask(url: string, id: string) {
  const controller = new AbortController()
  const headers = { accept: 'text/event-stream', 'last-event-id': id }
  const response = await fetch(url, { headers, signal: controller.signal })
  const { status } = response
  let complete: boolean | undefined
  let isReset = false
  if (status === 200 && response.body !== null) {
    const parser = createParser({
      onEvent: ({ event, data }) => {
        if (event === 'ready') complete = Boolean(JSON.parse(data).complete)
        isReset ||= event === 'reset'
      },
    })
    const text = response.body.pipeThrough(new TextDecoderStream())
    for await (const chunk of text) {
      parser.feed(chunk)
      // A reset, if there is one, comes together with the beginning.
      if (complete === true || isReset) break
    }
  }
  controller.abort()
  return { status, complete, isReset }
}
