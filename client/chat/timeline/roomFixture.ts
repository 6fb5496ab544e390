import { afterEach, beforeEach, jest } from '@jest/globals'
import { type FakeRequest, fakeFetch, settled } from '../../sdk/fetchFixture.ts'
import { aMessage } from '../../sdk/messageFixture.ts'
import { Causeway } from '../../sdk/causeway.ts'
import { Outbox } from '../../sdk/outbox.ts'
import { Room } from './room.ts'

/** A page of history with these positions, newest first; it is the last page unless `next` names another. */
export function aPage(positions: number[], next: string | null = null) {
  const messages = positions.map((position) => aMessage({ position }))
  return { channel: 'lobby', messages, head: positions[0] ?? 0, low: 0, next, prev: null }
}

interface RoomTestOptions {
  /** Frames come only by `drawNext`, and not at once. */
  held?: boolean
}

/** A room whose requests the test answers; `news` has the handlers' calls since the last look. */
function aRoom({ held = false }: RoomTestOptions = {}) {
  const events: string[] = []
  const frames: (() => void)[] = []
  const frame = () =>
    held ? new Promise<void>((resolve) => frames.push(resolve)) : Promise.resolve()
  const reader = { following: true }
  const causeway = new Causeway({ base: 'https://chat.example/', timeoutMs: 0 })
  const outbox: Outbox = new Outbox(causeway, {
    name: 'me',
    changed: () => events.push('change'),
    sent: ({ key }, message) => room.conversation.settle(key, message),
    failed: ({ key }) => room.conversation.fail(key),
  })
  const room = new Room(
    { causeway, channel: 'lobby', me: 'me', outbox, frame },
    {
      connection: (connection) => events.push(connection.is),
      change: () => events.push('change'),
      arrived: ({ position }) => events.push(`m${position}`),
      following: () => reader.following,
    },
  )
  const send = (text: string) => outbox.add('lobby', { text })
  const leave = () => {
    room.leave()
    outbox.close()
  }
  const positions = () => room.conversation.messages.map(({ position }) => position)
  const drawNext = () => frames.shift()?.()
  return { room, outbox, reader, send, positions, leave, drawNext, news: () => events.splice(0) }
}

/** The same, live, with one page of history. `newest` is the last request. */
async function liveRoom(
  newest: () => FakeRequest,
  page: ReturnType<typeof aPage>,
  options: RoomTestOptions,
) {
  const entered = aRoom(options)
  newest().answer(page)
  await settled()
  const stream = newest()
  stream.ready(page.head)
  await settled()
  entered.news()
  return { ...entered, stream }
}

/** For each test of a file: the requests of its rooms, the last one, and two ways into a room, which is left after the test. */
export function roomTests() {
  let fake: ReturnType<typeof fakeFetch>
  let left: (() => void)[] = []
  beforeEach(() => {
    fake = fakeFetch()
    left = []
  })
  afterEach(() => {
    for (const leave of left) leave()
    jest.restoreAllMocks()
  })
  const newest = (): FakeRequest => fake.newest()
  return {
    newest,
    requests: (): FakeRequest[] => fake.requests,
    enter: () => {
      const entered = aRoom()
      left.push(entered.leave)
      return entered
    },
    live: async (page = aPage([8, 7], '/next'), options: RoomTestOptions = {}) => {
      const entered = await liveRoom(newest, page, options)
      left.push(entered.leave)
      return entered
    },
  }
}
