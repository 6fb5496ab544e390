import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { EventSource } from 'eventsource'
import type { Message } from '../contract/message.ts'
import type { Stack } from '../stack/stack.ts'
import { disposables } from './support/disposables.ts'
import { messageOf, postUntilStored } from './support/ingestClient.ts'
import { openSql } from './support/testLog.ts'
import { openRedis } from './support/testRedis.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

const opened = disposables()
let stack: Stack

beforeAll(async () => {
  stack = await testStack()
}, 60_000)

afterAll(() => stack?.stop(), 60_000)

interface Heard {
  messages: Message[]
  /** Events other than messages, `ready` and heartbeats. */
  others: string[]
}

/** What a reader of one gateway hears from now on, or after an id. */
async function read(gateway: string, query: string): Promise<Heard> {
  const heard: Heard = { messages: [], others: [] }
  const source = new EventSource(`${gateway}/events?${query}`)
  opened.add(() => source.close())
  source.addEventListener('message', ({ data }) => heard.messages.push(JSON.parse(String(data))))
  for (const name of ['gap', 'reset', 'goodbye']) {
    source.addEventListener(name, ({ data }) => heard.others.push(`${name} ${String(data)}`))
  }
  await new Promise((resolve) => source.addEventListener('ready', resolve))
  return heard
}

const positions = ({ messages }: Heard): number[] => messages.map(({ position }) => position)

/** Everything that Redis holds under any key, as text. */
async function redisText(): Promise<string> {
  const redis = await openRedis(opened, stack.redisUrl)
  const texts: string[] = []
  for (const key of await redis.keys('*')) {
    if ((await redis.type(key)) === 'stream') {
      texts.push(JSON.stringify(await redis.xrange(key, '-', '+')))
    }
  }
  redis.disconnect()
  return texts.join('\n')
}

test('what is deleted leaves Postgres, Redis and both gateways, and who resumes gets the rest in order', async () => {
  const gateways = stack.processes.flatMap(({ role, url }) =>
    role === 'gateway' && url !== undefined ? [url] : [],
  )
  expect(gateways).toHaveLength(2)
  const channel = 'rooms.deleted'
  const live = await Promise.all(gateways.map((gateway) => read(gateway, `channel=${channel}`)))
  const say = (data: unknown) => postUntilStored(stack.origin, channel, data)
  const kept = await say('kept 1')
  const secret = await say('top secret 1')
  const path = `${stack.origin}/channels/${channel}/messages/${secret.position}`
  const headers = { 'Content-Type': 'application/json', 'Causeway-Sender': 'test' }
  const change = async (method: string, body?: unknown): Promise<Message> => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    return messageOf(fetch(path, { method, headers, ...sent }))
  }
  const edit = await change('PATCH', { data: 'top secret 2' })
  const between = await say('kept 2')
  await waitFor(async () => (await redisText()).includes('top secret 2'))
  const deletion = await change('DELETE')
  const last = await say('kept 3')

  const all = [kept, secret, edit, between, deletion, last].map(({ position }) => position)
  for (const heard of live) await waitFor(() => heard.messages.length === all.length)
  expect(live.map(positions)).toEqual([all, all])

  // Both gateways have the deletion now: whoever comes gets it, and what it left.
  for (const gateway of gateways) {
    const late = await read(gateway, `channel=${channel}&since=0`)
    await waitFor(() => late.messages.length === all.length)
    expect([positions(late), late.others]).toEqual([all, []])
    expect(late.messages.map(({ data, deleted }) => [data, deleted])).toEqual([
      ['kept 1', undefined],
      [null, true],
      [null, true],
      ['kept 2', undefined],
      [null, undefined],
      ['kept 3', undefined],
    ])
  }
  expect(await redisText()).not.toContain('top secret')
  const rows = `select from "message" where "data"::text like '%top secret%'`
  expect(await openSql(stack.databaseUrl, opened)(rows)).toEqual([])
  const page = await fetch(`${stack.origin}/history?channel=${channel}&order=asc`)
  const shown = [kept, secret, between, last].map(({ position }) => ({ position }))
  expect(await page.json()).toMatchObject({ messages: shown })
}, 60_000)
