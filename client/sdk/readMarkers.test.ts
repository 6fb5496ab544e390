import { describe, expect, test } from '@jest/globals'
import { Causeway } from './causeway.ts'
import { fakeTime } from './fakeTimeFixture.ts'
import { settled } from './fetchFixture.ts'
import type { Marker } from './markers.ts'
import { aMessage } from './messageFixture.ts'
import { ReadMarkers, type ReadMarkersOptions } from './readMarkers.ts'
import type { TabChannel } from './sharedSources.ts'

const { requests, newest, endLater, passes } = fakeTime()

const marker = (channel: string, position: number, given: Partial<Marker> = {}): Marker => ({
  channel,
  position,
  head: position,
  unread: 0,
  last: null,
  ...given,
})

/** Markers after the first answer, and what is told of them. */
async function open(first: Marker[], options: Partial<ReadMarkersOptions> = {}) {
  const told: string[] = []
  const markers = new ReadMarkers(new Causeway({ base: 'http://causeway.example/' }), {
    changed: (all) => {
      told.push([...all.values()].map((one) => `${one.channel}:${one.unread}`).join(' '))
    },
    reader: 'me',
    ...options,
  })
  endLater(() => markers.close())
  newest().answer({ version: 7, complete: true, markers: first })
  await settled()
  return { markers, told }
}

describe('read markers', () => {
  test('are read at once, and then every 20 seconds what has changed', async () => {
    const { told } = await open([marker('a', 3, { head: 9, unread: 4 }), marker('b', 2)])
    expect(told).toEqual(['a:4 b:0'])
    await passes(20_000)
    expect(newest().url.search).toBe('?after=7')
    newest().answer({
      version: 9,
      complete: false,
      markers: [marker('a', 9), { channel: 'b', followed: false }],
    })
    await passes(20_000)
    expect(told.at(-1)).toBe('a:0')
    expect(newest().url.search).toBe('?after=9')
    newest().answer({ version: 2, complete: true, markers: [marker('c', 1)] })
    await settled()
    expect(told.at(-1)).toBe('c:0')
  })

  test('move at once here, and a second later on the server, together', async () => {
    const { markers, told } = await open([marker('a', 3, { head: 9, unread: 4 }), marker('b', 2)])
    markers.read('a', 8)
    markers.read('a', 9)
    markers.read('a', 5)
    markers.read('unknown', 5)
    expect(told.at(-1)).toBe('a:0 b:0')
    await passes(1_000)
    expect(newest().body).toEqual({ markers: [{ channel: 'a', position: 9 }] })
    newest().answer({ version: 8, complete: false, markers: [marker('a', 9)] })
    await passes(5_000)
    expect(requests).toHaveLength(2)
  })

  test('are sent again after a failure, but not after a refusal', async () => {
    const { markers } = await open([marker('a', 3, { head: 9 }), marker('b', 2, { head: 4 })])
    markers.read('a', 9)
    await passes(1_000)
    newest().fail()
    await settled()
    markers.read('b', 4)
    await passes(1_000)
    expect(newest().body).toEqual({
      markers: [
        { channel: 'a', position: 9 },
        { channel: 'b', position: 4 },
      ],
    })
    newest().refuse(403, 'forbidden')
    await passes(10_000)
    expect(requests).toHaveLength(3)
  })

  test('count live messages of others, and no changes', async () => {
    const { markers, told } = await open([marker('a', 3)])
    markers.received(aMessage({ position: 4, channel: 'a' }))
    markers.received(aMessage({ position: 4, channel: 'a' }))
    markers.received(
      aMessage({ position: 5, channel: 'a', about: { position: 4, as: 'reaction' } }),
    )
    markers.received(aMessage({ position: 6, channel: 'a', sender: { id: 'me', name: 'Me' } }))
    markers.received(aMessage({ position: 7, channel: 'other' }))
    expect(told.at(-1)).toBe('a:1')
    expect(markers.all.get('a')).toMatchObject({ head: 6, last: { position: 6 } })
  })

  test('keep what has happened since the server was asked', async () => {
    const { markers } = await open([marker('a', 3)])
    markers.check()
    markers.received(aMessage({ position: 4, channel: 'a' }))
    newest().answer({ version: 8, complete: false, markers: [marker('a', 3)] })
    await settled()
    expect(markers.all.get('a')).toMatchObject({ head: 4, unread: 1 })
  })

  test('move in the other tabs too', async () => {
    const posted: unknown[] = []
    const listeners: ((event: { data: unknown }) => void)[] = []
    const hear = (event: { data: unknown }) => listeners.forEach((listener) => listener(event))
    const tabs: TabChannel = {
      postMessage: (data: unknown) => void posted.push(data),
      addEventListener: (_type, listener) => void listeners.push(listener),
      close: () => {},
    }
    const { markers, told } = await open([marker('a', 3, { head: 9, unread: 2 })], { tabs })
    hear({ data: { channel: 'a', position: 9 } })
    expect(told.at(-1)).toBe('a:0')
    await passes(5_000)
    expect(requests).toHaveLength(1)
    markers.received(aMessage({ position: 10, channel: 'a' }))
    markers.read('a', 10)
    expect(posted).toEqual([{ channel: 'a', position: 10 }])
    hear({ data: { channel: 'b' } })
    expect(newest().url.search).toBe('?after=7')
  })

  test('that are left to send go out at the end', async () => {
    const { markers } = await open([marker('a', 3, { head: 9 })])
    markers.read('a', 9)
    markers.close()
    expect(newest().body).toEqual({ markers: [{ channel: 'a', position: 9 }] })
    const asked = requests.length
    newest().answer({ version: 8, complete: false, markers: [] })
    await passes(60_000)
    expect(requests).toHaveLength(asked)
  })

  test('are followed and left', async () => {
    const { markers, told } = await open([])
    const following = markers.follow('a')
    newest().answer({ version: 8, complete: false, markers: [marker('a', 4)] })
    await following
    expect(told.at(-1)).toBe('a:0')
    const leaving = markers.unfollow('a')
    expect([newest().method, newest().url.search]).toEqual(['DELETE', '?channel=a'])
    newest().answer(undefined, 204)
    await leaving
    expect(markers.all.size).toBe(0)
  })
})
