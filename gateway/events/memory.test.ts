import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { disposables } from '../../test/support/disposables.ts'
import { listen } from '../../test/support/listen.ts'
import { collectGarbage } from '../../test/support/memory.ts'
import { openStreams } from '../../test/support/streamServer.ts'

const opened = disposables()

/** What is still held when the turns that used it are over: on a busy machine a request may be on its way for some more. */
async function heapInUse(): Promise<number> {
  for (let turn = 0; turn < 5; turn++) {
    // oxlint-disable-next-line no-await-in-loop
    await nextTurn()
    collectGarbage()
  }
  return process.memoryUsage().heapUsed
}

test('a stream keeps nothing of its request, which may be large, however it names things', async () => {
  const server = await openStreams(opened, {
    proxyHops: 1,
    findStart: async () => ({}),
  })
  const large = 'x'.repeat(12_000)
  const begin = (from: number, count: number): Promise<unknown> =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        // Each name is long enough for a part of a string to be kept as a part.
        listen(opened, server, `channel=a-channel-with-a-long-name-${from + index}`, {
          'X-Forwarded-For': `${large}, 192.168.100.${index % 250}`,
          'Last-Event-ID': `abcdefghijklmnop-${index}`,
        }),
      ),
    )
  await begin(0, 100)
  const before = await heapInUse()
  await begin(100, 300)
  const perStream = ((await heapInUse()) - before) / 300
  // Both ends of each, a channel of its own, and not its request of 12 kB.
  expect(perStream).toBeLessThan(11_000)
})
