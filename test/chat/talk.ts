import { expect } from '@jest/globals'
import { messageOf, post } from '../support/ingestClient.ts'
import type { Message } from '../../contract/message.ts'

/** Posts a message of somebody who has no page. */
export async function say(
  origin: string,
  channel: string,
  name: string,
  data: unknown,
  more: { about?: { position: number; as: string } } = {},
): Promise<Message> {
  const id = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  const from = { 'Causeway-Sender': id, 'Causeway-Sender-Name': encodeURIComponent(name) }
  const answer = await post(origin, channel, { data, ...more }, from)
  expect(answer.status).toBe(201)
  return messageOf(answer)
}
