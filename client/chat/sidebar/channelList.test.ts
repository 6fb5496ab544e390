import { expect, test } from '@jest/globals'
import { Causeway } from '../../sdk/causeway.ts'
import { fakeTime } from '../../sdk/fakeTimeFixture.ts'
import { type FakeRequest, settled } from '../../sdk/fetchFixture.ts'
import { ChannelList } from './channelList.ts'

const { requests, endLater, passes } = fakeTime()

const BOARD = '_.private.01'

const newest = (path: string): FakeRequest | undefined =>
  requests.findLast(({ url }) => url.pathname === path)

async function answer(path: string, body: object): Promise<void> {
  newest(path)?.answer(body)
  await settled()
}

test('A private channel that one was added to gets its title, also if that could not be read at first', async () => {
  const list = new ChannelList({
    causeway: new Causeway({ base: 'http://causeway.example/' }),
    open: undefined,
    me: 'user:me',
    accounts: true,
    tabs: { postMessage: () => {}, addEventListener: () => {}, close: () => {} },
    heard: () => {},
  })
  endLater(() => list.close())
  await answer('/markers', { version: 1, complete: true, markers: [] })
  await answer('/account/channels', { channels: [] })
  await passes(20_000)
  const marker = { channel: BOARD, position: 0, head: 0, unread: 0, last: null }
  await answer('/markers', { version: 2, complete: false, markers: [marker] })
  newest('/account/channels')?.refuse(403, 'forbidden')
  await settled()
  expect(list.of(BOARD)).toMatchObject({ title: BOARD, kind: 'private', followed: true })
  await passes(5_000)
  const board = { name: BOARD, kind: 'private', title: 'Board', topic: '', role: 'member' }
  await answer('/account/channels', { channels: [board] })
  expect(list.of(BOARD).title).toBe('Board')
  const asked = requests.length
  await passes(15_000)
  await answer('/markers', { version: 2, complete: false, markers: [] })
  await passes(10_000)
  expect(requests.length).toBe(asked + 1)
})
