import { expect, test } from '@jest/globals'
import type { ChannelInfo } from '../contract/history.ts'
import { lastMessagesOf, namesOf } from './channelsOfLogs.ts'

const RANGE = { ranges: [{ from: 'a', to: 'z' }], after: '' }
const info = (name: string): ChannelInfo => ({ name, head: 1, messages: 1 })

/** A log with these channels, of which it looks at so many. */
function logWith(...names: string[]) {
  return {
    channelNames: async ({ after, looks }: { after: string; looks: number }) => {
      const all = names.filter((name) => name > after)
      const found = all.slice(0, looks)
      return {
        channels: found.map(info),
        end: found.length < all.length ? found.at(-1) : undefined,
      }
    },
  }
}

/** Which log a name is of: the one in the name. */
const channelLogs = { logOf: (name: string) => Number(name.slice(-1)) }

test('Channels of all logs are in one order, none is missed, and a page looks at no more in all', async () => {
  const logs = new Map([
    [0, logWith('a0', 'd0', 'e0', 'f0', 'g0')],
    [1, logWith('b1', 'c1', 'h1')],
  ])
  const names: string[] = []
  let pages = 0
  for (let after: string | undefined = ''; after !== undefined; pages++) {
    const page = await namesOf(logs, channelLogs, { ...RANGE, after, looks: 4 })
    names.push(...page.channels.map(({ name }) => name))
    after = page.end
  }
  expect([names, pages]).toEqual([['a0', 'b1', 'c1', 'd0', 'e0', 'f0', 'g0', 'h1'], 3])
})

test('A channel that its log does not have any more is not listed from there', async () => {
  const logs = new Map([
    [0, logWith('a0', 'b1')],
    [1, logWith('b1')],
  ])
  const { channels } = await namesOf(logs, channelLogs, { ...RANGE, looks: 100 })
  expect(channels.map(({ name }) => name)).toEqual(['a0', 'b1'])
})

/** A log of which so many last messages fit into an answer. */
const logOfSize = (fits: number) => ({
  messagesAt: async (positions: readonly number[]) =>
    positions
      .slice(0, fits)
      .map((position) => ({ position, previous: 0, id: '', channel: '', json: '' })),
})

test('Last messages come in the order of their channels, up to the first that does not fit into the answer of its log', async () => {
  const logs = [logOfSize(2), logOfSize(1)]
  const channels = ['a0', 'b1', 'c0', 'd1', 'e0'].map((name, at) => ({ ...info(name), head: at }))
  const found = await lastMessagesOf(
    channels,
    (name) => logs[channelLogs.logOf(name)] ?? logOfSize(0),
  )
  expect(found.map((entry) => entry?.position)).toEqual([0, 1, 2])
})
