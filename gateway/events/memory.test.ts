import { expect, test } from '@jest/globals'
import { describeUnless } from '../../test/support/describeUnless.ts'
import { disposables } from '../../test/support/disposables.ts'
import { listen } from '../../test/support/listen.ts'
import { bytesHeld } from '../../test/support/memory.ts'
import { openStreams } from '../../test/support/streamServer.ts'
import { waitFor } from '../../test/support/waitFor.ts'
import { Authenticator } from '../../chassis/auth/authenticator.ts'
import { issuers } from '../../chassis/auth/issuers.ts'
import { TokenVerifier } from '../../chassis/auth/tokenVerifier.ts'
import { clock } from '../../chassis/clock.ts'
import { TestIssuer } from '../../test/support/testIssuer.ts'
import type { StreamAuth } from './handler.ts'

const opened = disposables()

const LARGE_BYTES = 11_000
/** So many that what the process does beside is little against their requests. */
const STREAMS = 1_000
const AT_ONCE = 100
const WITHIN_SECONDS = 30
/** Both ends of a stream and a channel of its own are 5,500 behind the front door, and 9,700 behind Node's parser. */
const MOST_BYTES = 14_000

/** In a process that has run other test files, something else has been seen to hold requests. */
const lack =
  process.env['CAUSEWAY_OWN_PROCESS'] === '1'
    ? undefined
    : 'the memory of a stream is measured in a process of its own (npm run test:node)'

/** Verifies for real; everybody may everything. */
function authOf(issuer: TestIssuer): StreamAuth {
  const verifier = new TokenVerifier({
    issuers: issuers().parse(JSON.stringify([issuer.entry()])),
    clock,
    now: () => Date.now(),
    onError: () => {},
  })
  const authenticator = new Authenticator({
    verifier,
    access: { isBlind: false, refusal: () => undefined },
    cookieName: 'causeway-access',
    count: () => {},
    now: () => Date.now(),
  })
  return { authenticator, access: { require: () => {}, denial: () => undefined } }
}

describeUnless(lack)('a stream', () => {
  test.each([
    ['read by the front door', true, false],
    ['read by Node', false, false],
    ['read by the front door with a token', true, true],
    ['read by Node with a token', false, true],
  ])(
    'keeps nothing of a large request %s, however it names things',
    async (_by, hasDoor, hasToken) => {
      const issuer = await TestIssuer.create()
      const server = await openStreams(opened, {
        proxyHops: 1,
        findStart: async () => ({}),
        hasDoor,
        ...(hasToken ? { auth: authOf(issuer) } : {}),
      })
      const large = 'x'.repeat(LARGE_BYTES)
      let streams = 0
      const begin = async (count: number): Promise<void> => {
        // Not all at once: the queue of those that wait to be accepted is short.
        for (let rest = count; rest > 0; rest -= AT_ONCE) {
          const some = Array.from({ length: AT_ONCE }, async () => {
            const stream = ++streams
            // Long enough that a kept token would show.
            const token = await issuer.token(`user:u${stream}`, { padding: 'y'.repeat(3_000) })
            // Each name is long enough for a part of a string to be kept as a part.
            return listen(opened, server, `channel=a-channel-with-a-long-name-${stream}`, {
              ...(hasToken ? { Authorization: `Bearer ${token}` } : {}),
              'X-Forwarded-For': `${large}, 192.168.100.${stream % 250}`,
              'Last-Event-ID': `abcdefghijklmnop-${stream}`,
            })
          })
          await Promise.all(some)
        }
      }
      // The first ones also fill what the process keeps for all.
      await begin(AT_ONCE)
      const before = await bytesHeld()
      await begin(STREAMS)
      // V8 frees buffers beside its collection, on a busy machine some time later; what is kept is kept for ever.
      const isGone = async (): Promise<boolean> =>
        ((await bytesHeld()) - before) / STREAMS < MOST_BYTES
      await expect(waitFor(isGone, WITHIN_SECONDS, 500)).resolves.toBeUndefined()
    },
    90_000,
  )
})
