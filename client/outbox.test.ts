import { expect, test } from '@jest/globals'
import { aMessage } from './messageFixture.ts'
import { Outbox } from './outbox.ts'

test('messages are sent one after the other, and a failed one does not hold up the next', async () => {
  const told: string[] = []
  const post = async (_channel: string, _data: unknown, key: string) => {
    told.push(`post ${key}`)
    await Promise.resolve()
    if (key === 'b') throw new Error('refused')
    return aMessage()
  }
  await new Promise<void>((resolve) => {
    const outbox = new Outbox({ post }, 'lobby', {
      sent: (key) => {
        told.push(`sent ${key}`)
        if (key === 'c') resolve()
      },
      failed: (key) => told.push(`failed ${key}`),
    })
    for (const key of ['a', 'b', 'c']) outbox.put(key, 'hi')
  })
  expect(told).toEqual(['post a', 'sent a', 'post b', 'failed b', 'post c', 'sent c'])
})
