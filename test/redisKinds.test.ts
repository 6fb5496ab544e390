import { afterAll, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readMetric } from '../stack/readMetric.ts'
import type { Stack } from '../stack/stack.ts'
import { describeUnless } from './support/describeUnless.ts'
import { lackOf } from './support/lackOf.ts'
import { RawReader } from './support/rawReader.ts'
import { runProgram } from './support/runProgram.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

const stacks: Stack[] = []
afterAll(() => Promise.all(stacks.map((stack) => stack.stop())), 60_000)

describeUnless(lackOf('openssl', 'curl'))('a stack with TLS and a Redis of several servers', () => {
  test.each(['sentinel', 'cluster'] as const)(
    'carries messages over the %s, and counts who is there, each service by its own user',
    async (redis) => {
      const stack = await testStack({ ownServers: true, secure: true, redis: [redis] })
      stacks.push(stack)
      const authority = join(stack.dir, 'tls/ca.crt')
      const address = `${stack.origin}/events?channel=a&presence=a`
      const reader = new RawReader(address, { Host: 'localhost' }, readFileSync(authority, 'utf8'))
      await waitFor(() => reader.named('ready').length > 0)
      const those = stack.processes.filter(({ role }) => role === 'gateway')
      const live = async ({ metricsUrl }: (typeof those)[number]) =>
        (await readMetric(metricsUrl, 'causeway_gateway_live')) === 1
      // It needs the watermark of a bridge, over Redis.
      await waitFor(async () => (await Promise.all(those.map(live))).every(Boolean))
      const post = ['-sSf', '--cacert', authority, '--json', '{"data":1}']
      const { output } = await runProgram('curl', [...post, `${stack.origin}/channels/a/messages`])
      await waitFor(() => reader.named().length > 0)
      expect(reader.named().map(({ data }) => data)).toEqual([output])
      const curl = ['-sSf', '--cacert', authority, `${stack.origin}/channels/a`]
      await waitFor(async () => (await runProgram('curl', curl)).output.includes('"occupancy":1'))
      reader.socket.destroy()
    },
    120_000,
  )
})
