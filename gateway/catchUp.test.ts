import { expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { RawReader } from '../test/support/rawReader.ts'
import { openStreams } from '../test/support/streamServer.ts'
import { entry } from '../test/support/testRedis.ts'
import { waitFor } from '../test/support/waitFor.ts'

const opened = disposables()

test('the newest of the last few reach a reader, however large they are', async () => {
  const large = Array.from({ length: 200 }, (_, index) =>
    entry(index + 1, index, 'a', JSON.stringify('x'.repeat(50_000))),
  )
  const server = await openStreams(opened, {
    log: {
      head: () => Promise.resolve({ epoch: 'e1', position: 200 }),
      positionBefore: () => Promise.resolve(0),
      page: ({ before, limit }) =>
        Promise.resolve({
          entries: large
            .slice(0, before - 1)
            .toReversed()
            .slice(0, limit),
        }),
    },
  })
  server.audience.moveTip(200)
  const reader = new RawReader(`${server.origin}/events?channel=a&since=-200`)
  opened.add(() => reader.socket.destroy())
  await waitFor(() => reader.named().at(-1)?.id === 'e1-200' || reader.ended !== undefined)
  expect(reader.ended).toBe(undefined)
  expect(reader.events[0]?.id).toBe(`e1-${200 - reader.named().length}`)
  expect(reader.named().length).toBeGreaterThan(5)
})

test('who comes back to much that is kept in memory gets it all', async () => {
  const server = await openStreams(opened)
  const first = new RawReader(`${server.origin}/events?channel=a`)
  opened.add(() => first.socket.destroy())
  await waitFor(() => first.events.length > 0)
  for (let count = 1; count <= 5_000; count++) {
    server.send(JSON.stringify('x'.repeat(1_000)))
    if (count % 100 === 0) await waitFor(() => first.named().length === count)
  }
  const back = new RawReader(`${server.origin}/events?channel=a&since=0`)
  opened.add(() => back.socket.destroy())
  await waitFor(() => back.named().length === 5_000 || back.ended !== undefined)
  expect([back.ended, back.named().length]).toEqual([undefined, 5_000])
})
