import type { Message } from '../../contract/message.ts'

/** A message for tests. Fields that a test does not name do not matter to it. */
export function aMessage(given: Partial<Message> & { text?: string } = {}): Message {
  const { text = 'hi', position = 1, ...rest } = given
  return {
    position,
    previous: position - 1,
    id: `id-${position}`,
    channel: 'lobby',
    type: 'message',
    sender: { id: 'alice', name: 'Alice' },
    data: { text },
    sentAt: '2026-11-21T19:33:02.123Z',
    ...rest,
  }
}
