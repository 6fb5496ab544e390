import { describe, expect, test } from '@jest/globals'
import { at, HIGH_WATER_MARK, ofBytes, openConnection } from '../../test/support/testConnection.ts'
import { turn } from '../../test/support/testSocket.ts'

const GOODBYE = 'retry:1500\nevent:goodbye\ndata:{"reason":"max-age"}\nid:e1-7\n\n'

describe('a connection whose reader does not read', () => {
  test('is watched as soon as its reader leaves something untaken', () => {
    const { connection, socket, done } = openConnection()
    connection.send(ofBytes(10))
    expect(done).toEqual([])
    socket.stall()
    connection.send(ofBytes(HIGH_WATER_MARK))
    expect(done).toEqual(['slow'])
  })

  test('is reset, and not ended, beyond its buffer', () => {
    const { connection, socket, done } = openConnection({
      connectionBufferBytes: HIGH_WATER_MARK * 2,
    })
    socket.stall()
    connection.send(ofBytes(HIGH_WATER_MARK * 2 - 300))
    expect([socket.wasReset, done]).toEqual([false, ['slow']])
    connection.send(ofBytes(300))
    expect([socket.wasReset, done, connection.isOpen]).toEqual([true, ['slow', 'end slow'], false])
  })

  test('that ends while a little waits for its reader is watched, and closes once that is taken', async () => {
    const { connection, socket, done } = openConnection()
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

  test('that its reader has half closed is watched from the next event on if a little waits', async () => {
    const { connection, socket, done } = openConnection()
    connection.join(['a'], {})
    socket.stall()
    connection.send(ofBytes(10))
    socket.end()
    connection.heartbeat()
    expect(done).toEqual(['join a', 'resumeAt', 'slow'])
  })

  test('that was disconnected after its end is not counted twice', async () => {
    const { connection, socket, done } = openConnection()
    socket.stall()
    connection.end('max-age', at)
    connection.disconnect()
    await turn()
    expect([socket.wasReset, done]).toEqual([
      true,
      ['end max-age', 'slow', 'release 10.0.0.1', 'closed'],
    ])
  })

  test('has taken what the kernel took, and no more', () => {
    const { connection, socket } = openConnection()
    expect(connection.takenBytes).toBe(0)
    connection.send(ofBytes(10))
    const before = connection.takenBytes
    expect(before).toBe(Buffer.byteLength(socket.text))
    socket.stall()
    connection.send(ofBytes(HIGH_WATER_MARK))
    connection.send(ofBytes(HIGH_WATER_MARK))
    expect(connection.takenBytes).toBe(before)
    socket.sip()
    expect(connection.takenBytes - before).toBeGreaterThan(HIGH_WATER_MARK)
    expect(connection.takenBytes).toBe(Buffer.byteLength(socket.text))
  })

  test('is drained when all is taken or the reader is gone, and leaves no listener behind', async () => {
    const { connection, socket } = openConnection()
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
