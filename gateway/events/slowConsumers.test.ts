import { describe, expect, test } from '@jest/globals'
import { ofBytes } from '../../test/support/testConnection.ts'
import { openConnections, pass } from '../../test/support/testConnections.ts'
import { turn } from '../../test/support/testSocket.ts'

describe('a slow consumer', () => {
  test('is disconnected when it has taken nothing for longer than the limit, and not before', async () => {
    const { clock, connections, open } = openConnections({ heartbeatMs: 1e9 })
    const { reader, connection } = open()
    await turn()
    reader.stall()
    connection.send(ofBytes(100_000))
    clock.pass(30_000)
    expect(reader.wasReset).toBe(false)
    clock.pass(2_000)
    expect(reader.wasReset).toBe(true)
    await turn()
    expect(connections.size).toBe(0)
  })

  test('gets the same time if it never took anything', () => {
    const { clock, open } = openConnections({ heartbeatMs: 1e9 })
    clock.pass(100_000)
    const { reader, connection } = open()
    reader.stall()
    connection.send(ofBytes(100_000))
    clock.pass(29_000)
    expect(reader.wasReset).toBe(false)
    clock.pass(3_000)
    expect(reader.wasReset).toBe(true)
  })

  test('is disconnected no later if it gets more and more meanwhile', async () => {
    const { clock, open } = openConnections({ heartbeatMs: 1e9 })
    const { reader, connection } = open()
    await turn()
    reader.stall()
    for (let second = 0; second < 32; second++) {
      connection.send(ofBytes(100_000))
      clock.pass(1_000)
    }
    expect(reader.wasReset).toBe(true)
  })

  test('is not disconnected while it takes something now and then', async () => {
    const { clock, open } = openConnections({ heartbeatMs: 1e9 })
    const { reader, connection } = open()
    await turn()
    reader.stall()
    for (let position = 1; position <= 10; position++) {
      connection.send(ofBytes(100_000))
    }
    for (let count = 0; count < 5; count++) {
      clock.pass(28_000)
      reader.sip()
      await turn()
    }
    expect(reader.wasReset).toBe(false)
  })

  test('gets its whole time again if it took everything meanwhile', async () => {
    const { clock, open } = openConnections({ heartbeatMs: 1e9 })
    const { reader, connection } = open()
    await turn()
    reader.stall()
    connection.send(ofBytes(100_000))
    clock.pass(25_000)
    reader.sip()
    clock.pass(25_000)
    connection.send(ofBytes(100_000))
    clock.pass(25_000)
    expect([reader.wasReset, connection.waitingBytes > 0]).toEqual([false, true])
    clock.pass(7_000)
    expect(reader.wasReset).toBe(true)
  })

  test('is disconnected after its end too', async () => {
    const { clock, released, counts, open } = openConnections({ maxAgeMs: 60_000 })
    const { reader } = open()
    await turn()
    reader.stall()
    await pass(clock, 60_100)
    expect([counts.get('max-age'), reader.destroyed, released]).toEqual([1, false, []])
    await pass(clock, 32_000)
    expect([reader.wasReset, released]).toEqual([true, ['10.0.0.1']])
  })

  test('makes room for all others if it has most bytes waiting, once the total is too much', async () => {
    const { clock, open } = openConnections({ heartbeatMs: 1e9, totalBufferBytes: 1_000_000 })
    const readers = [400_000, 100_000, 500_000, 300_000, 200_000].map((bytes) => {
      const { reader, connection } = open()
      return { bytes, reader, connection }
    })
    await turn()
    for (const { bytes, reader, connection } of readers) {
      reader.stall()
      connection.send(ofBytes(bytes))
    }
    clock.pass(1_100)
    const cut = readers.filter(({ reader }) => reader.wasReset).map(({ bytes }) => bytes)
    // 1,500,000 in all, and each a little more than what it is called.
    expect(cut.sort((a, b) => a - b)).toEqual([400_000, 500_000])
  })

  test('that has left takes no room from the others', async () => {
    const { clock, open } = openConnections({ heartbeatMs: 1e9, totalBufferBytes: 1_000_000 })
    const [left, stays] = [open(), open()]
    await turn()
    left.reader.stall()
    left.connection.send(ofBytes(500_000))
    stays.reader.stall()
    stays.connection.send(ofBytes(600_000))
    left.reader.destroy()
    await turn()
    clock.pass(1_100)
    expect(stays.reader.wasReset).toBe(false)
  })
})
