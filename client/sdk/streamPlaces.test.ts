import { expect, test } from '@jest/globals'
import { message, readyOn, run } from './streamFixture.ts'

const onChannel = (channel: string, position: number, previous: number) =>
  message(position, previous, channel)
const LOGS = [readyOn(90, ['a']), readyOn(5, ['b', 'c'])]

test('Channels of several logs begin each where its log does, and count apart', () => {
  const inputs = [...LOGS, onChannel('b', 6, 4), onChannel('a', 91, 80), onChannel('c', 7, 5)]
  expect(run('', inputs).did).toEqual([6, 91, 7])
})

test('A message that was delivered on its channel is dropped, whatever the others have got', () => {
  const inputs = [...LOGS, onChannel('a', 91, 80), onChannel('b', 6, 4), onChannel('b', 6, 4)]
  expect(run('', [...inputs, onChannel('a', 91, 80), onChannel('b', 5, 4)]).did).toEqual([91, 6])
})

test('What is missing on one channel is requested, although another is far beyond', () => {
  const inputs = [...LOGS, onChannel('a', 91, 80), onChannel('b', 9, 7)]
  expect(run('', inputs).did).toEqual([91, 'close'])
})

test('The last few messages of a log that came later than another are not taken for a loss', () => {
  const inputs = [readyOn(90, ['a']), onChannel('a', 91, 80), readyOn(2, ['b', 'c'])]
  expect(run('-2', [...inputs, onChannel('b', 3, 1), onChannel('c', 5, 2)]).did).toEqual([91, 3, 5])
})

test('A log that begins later does not move the place of a channel that goes on', () => {
  const inputs = [readyOn(5, ['a']), onChannel('a', 6, 5), readyOn(50, ['b']), readyOn(6, ['a'])]
  expect(run('', [...inputs, onChannel('a', 7, 6), onChannel('b', 51, 0)]).did).toEqual([6, 7, 51])
})
