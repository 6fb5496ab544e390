import { describe, expect, test } from '@jest/globals'
import { at, frame, openConnection } from '../../test/support/testConnection.ts'
import { turn } from '../../test/support/testSocket.ts'

const READY = { position: 7, complete: true, channels: {} }
const GOODBYE = 'retry:1500\nevent:goodbye\ndata:{"reason":"max-age"}\nid:e1-7\n\n'

describe('a connection', () => {
  test('writes its head, retry, ready and the events of the same turn as one', async () => {
    const { connection, socket, metrics } = openConnection()
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
    const { connection, socket, done } = openConnection()
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

  test('shares the bytes of a batch with all others that get it', () => {
    const batch = { items: [frame(1, '"ü"')] }
    const sockets = [1, 2, 3].map(() => {
      const { connection, socket } = openConnection()
      connection.send(batch)
      return socket
    })
    expect(sockets.map(({ text }) => text)).toEqual([1, 2, 3].map(() => frame(1, '"ü"').text))
    expect(batch).toMatchObject({ bytes: Buffer.from(frame(1, '"ü"').text), text: undefined })
  })

  test('that never began ends with its head, retry, and the place to resume from', async () => {
    const { connection, socket, done } = openConnection()
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

  test('says goodbye after the waiting events, without its head, and without an id if there is none', async () => {
    const { connection, socket } = openConnection({ hasPlace: false })
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

  test('gives everything back once when its reader leaves, and sends nothing from then on', async () => {
    const { connection, socket, done, metrics } = openConnection()
    connection.join(['a'], {})
    socket.destroy()
    expect(connection.isOpen).toBe(false)
    await turn()
    connection.send({ items: [frame(8)] })
    connection.heartbeat()
    connection.end('shutdown', at)
    connection.disconnect()
    await turn()
    expect([socket.text, metrics.sent.messages]).toEqual(['', 0])
    expect(done).toEqual(['join a', 'leave 99', 'release 10.0.0.1', 'closed'])
  })

  test('gives its place back if it closes before it has joined', async () => {
    const { socket, done } = openConnection()
    socket.destroy()
    await turn()
    expect(done).toEqual(['release 10.0.0.1', 'closed'])
  })

  test('that the hub ends does not call the hub back', async () => {
    const { connection, socket, done } = openConnection()
    connection.join(['a'], {})
    connection.end('reset', at)
    expect(done).toEqual(['join a', 'end reset'])
    await turn()
    expect([socket.destroyed, done.slice(2)]).toEqual([
      true,
      ['leave 99', 'release 10.0.0.1', 'closed'],
    ])
  })
})
