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

export async function messageOf(answer: Response | Promise<Response>): Promise<Message> {
  return JSON.parse(await (await answer).text())
}

/** The problem's status and slug, after checking that it is one. */
export async function problemOf(answer: Response): Promise<string> {
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  const { type, status }: { type: string; status: number } = JSON.parse(await answer.text())
  expect(status).toBe(answer.status)
  return `${answer.status} ${type.replace('/problems/', '')}`
}
