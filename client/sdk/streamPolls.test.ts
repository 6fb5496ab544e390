import { expect, test } from '@jest/globals'
import { connectionOf } from './connection.ts'
import { close, ended, heartbeat, message, online, ready, run, tick } from './streamFixture.ts'
import { POLLS_MS, READY_MS, SILENCE_MS } from './streamPauses.ts'

const late = tick(READY_MS)
/** What polls tell has no id. */
const polled = (position: number, at = READY_MS + 10) => ready(position, at, '')

test('A stream that is not ready in time is replaced by polls, from the same place', () => {
  expect(run('4', [tick(READY_MS - 1)]).did).toEqual([])
  expect(run('4', [late]).did).toEqual(['close', 'polls 4'])
  expect(run('-20', [late]).did).toEqual(['close', 'polls -20'])
})

test('Polls are told as live, with the reason why they are polls', () => {
  const { state, did } = run('4', [late, polled(4), message(5, 4, 'lobby', READY_MS + 20, '')])
  expect(did).toEqual(['close', 'polls 4', 5])
  expect(connectionOf(state, 0)).toEqual({ is: 'live', reason: 'held-back' })
})

test('Polls that fail after they were live begin again where they were', () => {
  const inputs = [late, polled(4), message(5, 4, 'lobby', READY_MS + 20, ''), ended(READY_MS + 30)]
  expect(run('4', [...inputs, tick(READY_MS + 1_030)]).did.at(-1)).toBe('polls 5')
})

test('Polls go on in the epoch of the stream that was before', () => {
  const inputs = [ready(4), message(5, 4), ended(20), tick(1_020), tick(1_020 + READY_MS)]
  const { did, state } = run('4', [...inputs, polled(5, 12_000), heartbeat(7, 12_010, '')])
  expect([did.at(-1), state.since]).toEqual(['polls ep-5', 'ep-7'])
})

test('Polls that never began are no better than a stream, which comes next', () => {
  expect(run('4', [late, ended(READY_MS + 10), tick(READY_MS + 1_010)]).did.at(-1)).toBe('open 4')
})

test('A stream is tried again after half an hour, and nobody is told so', () => {
  const live = [late, polled(4)]
  const beats = [heartbeat(4, READY_MS + POLLS_MS - 10, '')]
  expect(run('4', [...live, ...beats, tick(READY_MS + POLLS_MS - 1)]).did).toHaveLength(2)
  const again = [...live, ...beats, tick(READY_MS + POLLS_MS)]
  expect(run('4', again).did.at(-1)).toBe('open 4')
  expect(connectionOf(run('4', again).state, 0).is).toBe('live')
  const back = run('4', [...again, ready(4, READY_MS + POLLS_MS + 10)])
  expect(connectionOf(back.state, 0)).toEqual({ is: 'live' })
  const notBack = run('4', [...again, tick(2 * READY_MS + POLLS_MS)])
  expect([notBack.did.at(-1), connectionOf(notBack.state, 0).is]).toEqual(['polls 4', 'live'])
})

test('A stream is tried again when the network has changed', () => {
  expect(run('4', [late, polled(4), { ...online, at: READY_MS + 20 }]).did.at(-1)).toBe('open 4')
})

test('Polls that fall silent are begun again', () => {
  const silent = tick(READY_MS + 10 + SILENCE_MS)
  expect(run('4', [late, polled(4), silent]).did.at(-1)).toBe('polls 4')
})

test('A closed stream ends its polls', () => {
  expect(run('4', [late, polled(4), close]).did.at(-1)).toBe('close')
})
