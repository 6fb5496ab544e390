import { expect, test } from '@jest/globals'
import { frame, ofBytes, openConnection } from '../../test/support/testConnection.ts'
import { turn } from '../../test/support/testSocket.ts'
import { chunkOf } from '../hub/frame.ts'

const idOf = (position: number): string => `~Ae1-${position.toString(36)}Bf1-k`

test('A stream over several logs gets the events of all others, with ids of its own', async () => {
  const batch = { items: [frame(10), frame(11, '"\u{1f600}"')] }
  const others = chunkOf(batch).toString()
  const { connection, socket, metrics } = openConnection()
  connection.sendAs(batch, idOf)
  await turn()
  const own = others
    .replace('id:e1-10\n', 'id:~Ae1-aBf1-k\n')
    .replace('id:e1-11\n', 'id:~Ae1-bBf1-k\n')
  expect([socket.text, metrics.sent.messages]).toEqual([own, 2])
})

test('Streams over several logs share all bytes but their ids, in one write for each', async () => {
  const batch: Parameters<typeof chunkOf>[0] = { items: [frame(10), frame(11)] }
  const [one, other] = [openConnection(), openConnection()]
  one.connection.sendAs(batch, idOf)
  const { bodies } = batch
  other.connection.sendAs(batch, () => '~Ae1-0')
  await turn()
  expect(batch.bodies).toBe(bodies)
  expect([one.socket.writes, other.socket.writes]).toEqual([1, 1])
  expect(other.socket.text).toBe(one.socket.text.replaceAll(/id:.*/g, 'id:~Ae1-0'))
})

test('What waits for such a stream is bounded, and its socket is looked at', async () => {
  const { connection, socket, done } = openConnection({ connectionBufferBytes: 200_000 })
  socket.stall()
  // Newer versions of Node take 64 KiB before a socket counts as full.
  connection.sendAs(ofBytes(100_000), idOf)
  expect([done, connection.isFull, socket.wasReset]).toEqual([['slow'], true, false])
  connection.sendAs(ofBytes(120_000), idOf)
  expect([socket.wasReset, done]).toEqual([true, ['slow', 'end slow']])
  connection.sendAs(ofBytes(10), idOf)
  expect(connection.isFull).toBe(false)
})

test('A reset names its channels, and a heartbeat no position', () => {
  const { connection, socket } = openConnection()
  connection.reset('other-epoch', '~Ae1-1', ['a', 'b'])
  expect(socket.text).toBe(
    'event:reset\ndata:{"reason":"other-epoch","channels":["a","b"]}\nid:~Ae1-1\n\n',
  )
})
