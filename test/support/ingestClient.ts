import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from '@jest/globals'
import type { Message } from '../../contract/message.ts'

/** Posts a message. A body that is neither a string nor bytes is sent as JSON. */
export function post(
  origin: string,
  channel: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${origin}/channels/${channel}/messages`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: body instanceof Uint8Array || typeof body === 'string' ? body : JSON.stringify(body),
  })
}

/** Posts to the ingest of a test file, which starts only with its tests. */
export function postClient(ingest: () => { origin: string }) {
  return (channel: string, body: unknown, headers?: Record<string, string>): Promise<Response> =>
    post(ingest().origin, channel, body, headers)
}

/** The message that was stored. Throws if none was: its readers would wait in vain. */
export async function messageOf(answer: Response | Promise<Response>): Promise<Message> {
  const response = await answer
  const text = await response.text()
  if (!response.ok) throw new Error(`the post was answered with ${response.status}: ${text}`)
  return JSON.parse(text)
}

/**
 * Posts until the message is stored, as a sender must: on a busy machine an append may take longer than ingest waits for it. The
 * answer is 503 then, and the key makes it safe to repeat. Any other refusal throws.
 */
export async function postUntilStored(
  origin: string,
  channel: string,
  data: unknown,
): Promise<Message> {
  const headers = { 'Causeway-Sender': 'test', 'Idempotency-Key': randomUUID() }
  for (;;) {
    const answer = await post(origin, channel, { data }, headers)
    if (answer.status !== 503) return messageOf(answer)
    await answer.text()
    await delay(REPEAT_MS)
  }
}

const REPEAT_MS = 200

/** The problem's status and slug, after checking that it is one. */
export async function problemOf(answer: Response): Promise<string> {
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  const { type, status }: { type: string; status: number } = JSON.parse(await answer.text())
  expect(status).toBe(answer.status)
  return `${answer.status} ${type.replace('/problems/', '')}`
}
