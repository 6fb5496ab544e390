import { describe, expect, test } from '@jest/globals'
import { Cursor } from '../../contract/cursor.ts'
import type { Subscription } from '../hub/subscription.ts'
import { renderMessage, type Frame } from '../hub/frame.ts'
import { entry } from '../../test/support/testRedis.ts'
import { TestSocket, turn } from '../../test/support/testSocket.ts'
import { Connection } from './connection.ts'

const READY = { position: 7, complete: true, channels: {} }
const at = new Cursor('e1', 7)
const HIGH_WATER_MARK = new TestSocket().writableHighWaterMark

/** A connection over a socket and a hub that write down what is done with them. */
function open({ maxWaitingBytes = 1e6, hasPlace = true } = {}) {
  const done: string[] = []
  const count = (name: string) => ({
    inc: ({ reason }: { reason: string }) => void done.push(`${name} ${reason}`),
  })
  const socket = new TestSocket()
  // Of which a Connection asks no more than whether it waits.
  const subscription = Object.create({ state: 'live' }) as Subscription<Frame>
  const metrics = {
    sent: { messages: 0 },
    gaps: count('gap'),
    resets: count('reset'),
    ends: count('end'),
  }
  const connection = new Connection(socket, 'HEAD\r\n\r\n', '10.0.0.1', 20_000, {
    hub: {
      join: (names) => {
        done.push(`join ${names.join()}`)
        return subscription
      },
      leave: (_, now) => void done.push(`leave ${now}`),
      resumeAt: () => {
        done.push('resumeAt')
        return hasPlace ? at : undefined
      },
    },
    admission: { release: (address) => void done.push(`release ${address}`) },
    metrics,
    maxWaitingBytes,
    retryMs: () => 1_500,
    now: () => 99,
    onSlow: () => void done.push('slow'),
    onClose: () => void done.push('closed'),
  })
  return { connection, socket, done, metrics }
}

const frame = (position: number, data = '"x"'): Frame =>
  renderMessage('e1', entry(position, position - 1, 'a', data))
const ofBytes = (count: number): { items: Frame[] } => ({
  items: [frame(1, JSON.stringify('x'.repeat(count)))],
})
const GOODBYE = 'retry:1500\nevent:goodbye\ndata:{"reason":"max-age"}\nid:e1-7\n\n'

describe('a connection', () => {
  test('writes its head, retry, ready and what comes in the same turn as one', async () => {
    const { connection, socket, metrics } = open()
    connection.ready(READY, at)
    connection.send({ items: [frame(8), frame(9)] })
    expect(socket.text).toBe('')
    await turn()
    expect(socket.text).toBe(
      'HEAD\r\n\r\nretry:1500\nevent:ready\n' +
        `data:{"position":7,"complete":true,"channels":{}}\nid:e1-7\n\n${frame(8).text}${frame(9).text}`,
    )
    expect([socket.writes, metrics.sent.messages]).toEqual([1, 2])
    connection.send({ items: [frame(10)] })
    expect([socket.writes, socket.text.endsWith(frame(10).text)]).toEqual([2, true])
  })

  test('writes each control event with its data before its id, and counts it', async () => {
    const { connection, socket, done } = open()
    connection.join(['a'], {})
    connection.gap({ channel: 'a', after: 1, before: 3, reason: 'lost' }, at)
    connection.reset('other-epoch', at)
    connection.heartbeat()
    expect(socket.text).toBe(
      'event:gap\ndata:{"channel":"a","after":1,"before":3,"reason":"lost"}\nid:e1-7\n\n' +
        'event:reset\ndata:{"reason":"other-epoch"}\nid:e1-7\n\n' +
        'event:heartbeat\ndata:{"position":7}\nid:e1-7\n\n',
    )
    expect(done).toEqual(['join a', 'gap lost', 'reset other-epoch', 'resumeAt'])
  })

  test('shares the bytes of a batch with all others that are sent it', () => {
    const batch = { items: [frame(1, '"ü"')] }
    const sockets = [1, 2, 3].map(() => {
      const { connection, socket } = open()
      connection.send(batch)
      return socket
    })
    expect(sockets.map(({ text }) => text)).toEqual([1, 2, 3].map(() => frame(1, '"ü"').text))
    expect(batch).toMatchObject({ bytes: Buffer.from(frame(1, '"ü"').text), text: undefined })
  })

  test('leaves with its head if it never began, retry, and where to resume', async () => {
    const { connection, socket, done } = open()
    connection.join(['a'], {})
    connection.leave('max-age')
    await turn()
    expect([socket.text, socket.destroyed]).toEqual([`HEAD\r\n\r\n${GOODBYE}`, true])
    expect(done).toEqual([
      'join a',
      'resumeAt',
      'leave 99',
      'end max-age',
      'release 10.0.0.1',
      'closed',
    ])
  })

  test('says goodbye after what waits, without its head, and without an id if there is none', async () => {
    const { connection, socket } = open({ hasPlace: false })
    connection.join(['a'], {})
    connection.ready(READY, at)
    await turn()
    connection.send({ items: [frame(8)] })
    connection.leave('max-age')
    await turn()
    expect(socket.text.match(/HEAD/g)).toHaveLength(1)
    expect(socket.text).toMatch(
      /id:e1-8\n\nretry:1500\nevent:goodbye\ndata:\{"reason":"max-age"\}\n\n$/,
    )
  })

  test('gives everything back once when its reader leaves, and is deaf from then on', async () => {
    const { connection, socket, done, metrics } = open()
    connection.join(['a'], {})
    socket.destroy()
    expect(connection.isOpen).toBe(false)
    await turn()
    connection.send({ items: [frame(8)] })
    connection.heartbeat()
    connection.end('shutdown', at)
    connection.cut()
    await turn()
    expect([socket.text, metrics.sent.messages]).toEqual(['', 0])
    expect(done).toEqual(['join a', 'leave 99', 'release 10.0.0.1', 'closed'])
  })

  test('gives its place back if it closes before it has joined', async () => {
    const { socket, done } = open()
    socket.destroy()
    await turn()
    expect(done).toEqual(['release 10.0.0.1', 'closed'])
  })

  test('that the hub ends does not call the hub back', async () => {
    const { connection, socket, done } = open()
    connection.join(['a'], {})
    connection.end('reset', at)
    expect(done).toEqual(['join a', 'end reset'])
    await turn()
    expect([socket.destroyed, done.slice(2)]).toEqual([
      true,
      ['leave 99', 'release 10.0.0.1', 'closed'],
    ])
  })

  test('is watched as soon as its reader does not take what is written', () => {
    const { connection, socket, done } = open()
    connection.send(ofBytes(10))
    expect(done).toEqual([])
    socket.stall()
    connection.send(ofBytes(HIGH_WATER_MARK))
    expect(done).toEqual(['slow'])
  })

  test('is reset, and not ended, above what may wait for its reader', () => {
    const { connection, socket, done } = open({ maxWaitingBytes: HIGH_WATER_MARK * 2 })
    socket.stall()
    connection.send(ofBytes(HIGH_WATER_MARK * 2 - 300))
    expect([socket.wasReset, done]).toEqual([false, ['slow']])
    connection.send(ofBytes(300))
    expect([socket.wasReset, done, connection.isOpen]).toEqual([true, ['slow', 'end slow'], false])
  })

  test('that ends while a little waits for its reader is watched, and closes once that is taken', async () => {
    const { connection, socket, done } = open()
    socket.stall()
    connection.send(ofBytes(10))
    connection.end('max-age', at)
    expect([done, connection.waitingBytes > 0]).toEqual([['end max-age', 'slow'], true])
    await turn()
    expect(socket.destroyed).toBe(false)
    while (connection.waitingBytes > 0) {
      socket.sip()
      await turn()
    }
    await turn()
    expect([socket.destroyed, socket.text.endsWith(GOODBYE)]).toEqual([true, true])
    expect(done.slice(2)).toEqual(['release 10.0.0.1', 'closed'])
  })

  test('that its reader half closed while a little waits is watched from the next event on', async () => {
    const { connection, socket, done } = open()
    connection.join(['a'], {})
    socket.stall()
    connection.send(ofBytes(10))
    socket.end()
    connection.heartbeat()
    expect(done).toEqual(['join a', 'resumeAt', 'slow'])
  })

  test('that was cut after its end is not counted twice', async () => {
    const { connection, socket, done } = open()
    socket.stall()
    connection.end('max-age', at)
    connection.cut()
    await turn()
    expect([socket.wasReset, done]).toEqual([
      true,
      ['end max-age', 'slow', 'release 10.0.0.1', 'closed'],
    ])
  })

  test('is stalled while its reader takes nothing, counted from when it last did', () => {
    const { connection, socket } = open()
    socket.stall()
    connection.send(ofBytes(HIGH_WATER_MARK))
    connection.send(ofBytes(HIGH_WATER_MARK))
    connection.watch(1_000)
    expect([31_000, 31_001].map((now) => connection.isStalled(now, 30_000))).toEqual([false, true])
    socket.sip()
    expect([31_001, 61_001, 61_002].map((now) => connection.isStalled(now, 30_000))).toEqual([
      false,
      false,
      true,
    ])
  })

  test('is drained when all is taken or the reader is gone, and leaves no listener behind', async () => {
    const { connection, socket } = open()
    const listeners = (): number[] => ['drain', 'close'].map((name) => socket.listenerCount(name))
    const before = listeners()
    await connection.drained()
    socket.stall()
    connection.send(ofBytes(HIGH_WATER_MARK))
    let drained = 0
    const counted = connection.drained().then(() => drained++)
    await turn()
    expect(drained).toBe(0)
    socket.sip()
    await counted
    expect(listeners()).toEqual(before)
    connection.send(ofBytes(HIGH_WATER_MARK))
    const gone = connection.drained()
    socket.destroy()
    await gone
    await connection.drained()
    expect(listeners()).toEqual(before)
  })
})
