import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parseEventId } from '../contract/eventId.ts'
import { eventBytes } from '../contract/messageEvent.ts'
import type { Message } from '../contract/message.ts'
import type { Stack } from '../stack/stack.ts'
import { post as postTo } from './support/ingestClient.ts'
import { testStack } from './support/testStack.ts'

let stack: Stack

beforeAll(async () => {
  stack = await testStack()
}, 120_000)

afterAll(() => stack?.stop(), 60_000)

const LONGEST_POSITION = 16
const LONGEST_EPOCH = 16

async function post(channel: string, body: string): Promise<{ message: Message; data: string }> {
  const answer = await postTo(stack.origin, channel, body, { 'Causeway-Sender-Name': '%E2%82%AC' })
  expect(answer.status).toBe(201)
  const json = await answer.text()
  const message: Message = JSON.parse(json)
  return { message, data: /"data":(.*),"sentAt"/s.exec(json)?.[1] ?? '' }
}

/** The first event on a channel that has an id and no name, byte for byte. */
async function firstEvent(channel: string): Promise<string> {
  const answer = await fetch(`${stack.origin}/events?channel=${channel}&since=0`)
  let text = ''
  for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    const blocks = text.split(/(?<=\n\n)/)
    const event = blocks.find((each) => /^(data|id):.*\n\n$/s.test(each) && !/^event:/m.test(each))
    if (event !== undefined) return event
  }
  throw new Error(`no message came: ${text}`)
}

describe('the size of an event, as ingest computes it', () => {
  test.each([
    ['text', '{"data":{"text":"hi"}}'],
    ['wide', '{"type":"note","data":"ä€👋"}'],
    ['numbers', '{"data":[1e20,1.0,-0,1e-7]}'],
    ['lineEnds', '{"data":["\u2028\u2029\u0085","\\u2028\\u0085","\\n\\r\\u000b\\u001c"]}'],
  ])(
    'the size is that of the event a gateway sends, except for digits of positions and epoch: %s',
    async (channel, body) => {
      const { message, data } = await post(channel, body)
      const event = await firstEvent(channel)
      const id = parseEventId(/^id:(.*)$/m.exec(event)?.[1] ?? '')
      if (id === undefined) throw new Error(`no id: ${event}`)
      const shorter =
        2 * (LONGEST_POSITION - String(message.position).length) +
        (LONGEST_POSITION - String(message.previous).length) +
        (LONGEST_EPOCH - id.epoch.length)
      expect(eventBytes({ ...message, data })).toBe(Buffer.byteLength(event) + shorter)
    },
  )
})
