import { expect } from '@jest/globals'
import type { Message } from '../../contract/message.ts'
import type { IngestServer } from './ingestServer.ts'

/** Posts to the ingest of a test file, which is there only once its tests run. */
export function postClient(ingest: () => IngestServer) {
  return async (
    channel: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> =>
    fetch(`${ingest().origin}/channels/${channel}/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: body instanceof Uint8Array || typeof body === 'string' ? body : JSON.stringify(body),
    })
}

export async function messageOf(answer: Response): Promise<Message> {
  return JSON.parse(await answer.text())
}

/** The problem's status and slug, after checking that it is one. */
export async function problemOf(answer: Response): Promise<string> {
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  const { type, status }: { type: string; status: number } = JSON.parse(await answer.text())
  expect(status).toBe(answer.status)
  return `${answer.status} ${type.replace('/problems/', '')}`
}
