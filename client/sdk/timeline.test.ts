import { expect, test } from '@jest/globals'
import { aMessage } from './messageFixture.ts'
import { Timeline } from './timeline.ts'
import type { About } from '../../contract/about.ts'

const positions = (timeline: Timeline) => timeline.messages.map((m) => m.position)
const of = (...given: number[]) => given.map((position) => aMessage({ position }))
const about = (position: number, as: About['as'], data: unknown) => ({
  about: { position, as },
  data,
})

test('Messages are in position order, each once, from history or live', () => {
  const timeline = new Timeline()
  timeline.replace(of(6, 5), false)
  expect(timeline.receive(aMessage({ position: 9 }))).toBe('added')
  expect(timeline.receive(aMessage({ position: 6 }))).toBe('nothing')
  expect(timeline.receive(aMessage({ position: 8 }))).toBe('added')
  timeline.extend(of(4, 2), true)
  expect(positions(timeline)).toEqual([2, 4, 5, 6, 8, 9])
  expect(timeline.complete).toBe(true)
})

test('A live change is shown in its target, and not as a message', () => {
  const timeline = new Timeline()
  timeline.replace(of(6, 5), false)
  const edit = aMessage({ position: 7, ...about(5, 'edit', { text: 'new' }) })
  expect(timeline.receive(edit)).toBe('changed')
  expect(timeline.receive(edit)).toBe('nothing')
  expect(positions(timeline)).toEqual([5, 6])
  expect(timeline.messages[0]).toMatchObject({ data: { text: 'new' }, edited: { position: 7 } })
})

test('A reply is a message, and is counted in its target, which may not be loaded', () => {
  const timeline = new Timeline()
  timeline.replace(of(5), false)
  expect(timeline.receive(aMessage({ position: 7, ...about(5, 'reply', 'yes') }))).toBe('added')
  expect(timeline.receive(aMessage({ position: 8, ...about(2, 'reply', 'no') }))).toBe('added')
  expect(timeline.receive(aMessage({ position: 9, ...about(2, 'edit', 'no') }))).toBe('nothing')
  expect(timeline.messages[0]?.replies).toEqual({ count: 1, last: 7 })
})

test('A reply that history showed before is counted, and is not new', () => {
  const timeline = new Timeline()
  timeline.replace([aMessage({ position: 7, ...about(5, 'reply', 'yes') }), ...of(5)], false)
  expect(timeline.receive(aMessage({ position: 7, ...about(5, 'reply', 'yes') }))).toBe('changed')
})

test('A message of which nobody can tell what it has is read again', () => {
  const uncertain: number[] = []
  const timeline = new Timeline((position) => uncertain.push(position))
  const reactions = [{ name: '👍', count: 30, senders: ['bob'] }]
  timeline.replace([{ ...aMessage({ position: 5 }), reactions }], false)
  expect(timeline.receive(aMessage({ position: 7, ...about(5, 'reaction', '👍') }))).toBe('nothing')
  expect(uncertain).toEqual([5])
  expect(timeline.correct(aMessage({ position: 5, text: 'now' }))).toBe(true)
  expect(timeline.messages).toEqual([aMessage({ position: 5, text: 'now' })])
  expect(timeline.correct(aMessage({ position: 4 }))).toBe(false)
})

test('A new history drops messages and gaps', () => {
  const timeline = new Timeline()
  timeline.receive(aMessage({ position: 9 }))
  timeline.miss({ channel: 'lobby', after: 3, before: 5, reason: 'lost' })
  timeline.replace(of(2), true)
  expect([positions(timeline), timeline.gaps]).toEqual([[2], []])
})

test('A trimmed timeline drops the oldest messages, which can be loaded again', () => {
  const timeline = new Timeline()
  timeline.replace(of(3, 2, 1), true)
  timeline.trim(3)
  expect(timeline.complete).toBe(true)
  timeline.trim(2)
  expect(positions(timeline)).toEqual([2, 3])
  expect(timeline.complete).toBe(false)
})

test('A page of older messages says whether there are more', () => {
  const timeline = new Timeline()
  timeline.replace(of(9), false)
  timeline.extend(of(8), false)
  expect(timeline.complete).toBe(false)
  timeline.extend(of(7), true)
  expect(timeline.complete).toBe(true)
})

test('A trimmed timeline keeps only the gaps after its oldest message', () => {
  const timeline = new Timeline()
  timeline.replace(of(9, 5, 3), true)
  const gaps = [
    { before: 3, after: 1 },
    { before: 5, after: 3 },
    { before: 9, after: 5 },
  ]
  for (const gap of gaps) timeline.miss({ channel: 'lobby', reason: 'lost', ...gap })
  timeline.trim(2)
  expect(timeline.gaps.map(({ before }) => before)).toEqual([9])
})

test('A timeline that shows a part in the midst counts what comes live, and takes it when its end is shown', () => {
  const timeline = new Timeline()
  timeline.replace([aMessage({ position: 1 }), aMessage({ position: 2 })], true)
  timeline.trimEnd(1)
  expect([timeline.atEnd, timeline.messages.map(({ position }) => position)]).toEqual([false, [1]])
  expect(timeline.receive(aMessage({ position: 3 }))).toBe('later')
  const edit = aMessage({ position: 4, text: 'new', about: { position: 1, as: 'edit' } })
  expect(timeline.receive(edit)).toBe('changed')
  timeline.extendNewer([aMessage({ position: 2 })], false)
  expect(timeline.receive(aMessage({ position: 5 }))).toBe('later')
  timeline.extendNewer([aMessage({ position: 3 }), aMessage({ position: 5 })], true)
  expect(timeline.receive(aMessage({ position: 6 }))).toBe('added')
  expect(timeline.messages.map(({ position }) => position)).toEqual([1, 2, 3, 5, 6])
})

test('Gaps behind the end that is shown go with it', () => {
  const timeline = new Timeline()
  timeline.replace([aMessage({ position: 1 }), aMessage({ position: 9 })], true)
  timeline.miss({ channel: 'lobby', after: 1, before: 9, reason: 'retention' })
  timeline.trimEnd(1)
  expect(timeline.gaps).toEqual([])
})
