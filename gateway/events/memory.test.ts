import { expect, test } from '@jest/globals'
import { disposables } from '../../test/support/disposables.ts'
import { listen } from '../../test/support/listen.ts'
import { largeHeld } from '../../test/support/memory.ts'
import { openStreams } from '../../test/support/streamServer.ts'

const opened = disposables()

const LARGE_BYTES = 12_000
const STREAMS = 300

test.each([
  ['read by the front door', true],
  ['read by Node', false],
])(
  'a stream keeps nothing of a large request %s, however it names things',
  async (_by, hasDoor) => {
    const server = await openStreams(opened, {
      proxyHops: 1,
      findStart: async () => ({}),
      hasDoor,
    })
    const large = 'x'.repeat(LARGE_BYTES)
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
    // The first ones also fill what the process keeps for all.
    await begin(0, 100)
    const before = await largeHeld(LARGE_BYTES)
    await begin(100, STREAMS)
    // Some of the last may still be on their way out.
    expect((await largeHeld(LARGE_BYTES)) - before).toBeLessThan(STREAMS / 10)
  },
)
