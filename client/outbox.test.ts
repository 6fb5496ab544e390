import { expect, test } from '@jest/globals'
import { aMessage } from './sdk/messageFixture.ts'
import { Outbox } from './outbox.ts'

test('Messages are sent one after another, and a failed one does not hold up the next', async () => {
  const events: string[] = []
  const post = async (_channel: string, _data: unknown, key: string) => {
    events.push(`post ${key}`)
    await Promise.resolve()
    if (key === 'b') throw new Error('refused')
    return aMessage()
  }
  await new Promise<void>((resolve) => {
    const outbox = new Outbox({ post }, 'lobby', {
      sent: (key) => {
        events.push(`sent ${key}`)
        if (key === 'c') resolve()
      },
      failed: (key) => events.push(`failed ${key}`),
    })
    for (const key of ['a', 'b', 'c']) outbox.put(key, 'hi')
  })
  expect(events).toEqual(['post a', 'sent a', 'post b', 'failed b', 'post c', 'sent c'])
})

test('Each message goes to the channel with its own text and key, and its answer is passed on', async () => {
  const answers: unknown[] = []
  const posts: unknown[] = []
  const post = async (...args: unknown[]) => {
    posts.push(args)
    return aMessage({ position: posts.length })
  }
  await new Promise<void>((resolve, reject) => {
    const outbox = new Outbox({ post }, 'lobby', {
      sent: (key, { position }) => {
        answers.push([key, position])
        if (key === 'b') resolve()
      },
      failed: (_key, cause) => reject(new Error('not sent', { cause })),
    })
    outbox.put('a', 'one')
    outbox.put('b', 'two')
  })
  expect(posts).toEqual([
    ['lobby', { text: 'one' }, 'a'],
    ['lobby', { text: 'two' }, 'b'],
  ])
  expect(answers).toEqual([
    ['a', 1],
    ['b', 2],
  ])
})
