import { beforeEach, describe, expect, test } from '@jest/globals'
import { stillHeld } from '../../test/support/memory.ts'
import { TestHub } from '../../test/support/testHub.ts'
import { itemOf } from '../../test/support/testSink.ts'
import type { Start } from './joining.ts'
import type { Item } from './replayBuffer.ts'

let run: TestHub

beforeEach(() => {
  run = new TestHub()
  run.begin(10)
  run.join('other', 'a')
  run.ready(10, { a: 0 })
})

/** A stream for which the log is asked, and that leaves before the answer or the failure. */
function leaveAsked(isAnswered: boolean): WeakRef<object> {
  const one = run.join('one', 'a', { after: 99 })
  const question = run.ask()
  run.hub.leave(one, 0)
  if (isAnswered) run.answer(question, 10)
  else if (question !== undefined) run.hub.unanswered(question)
  return new WeakRef(one)
}

describe('a hub keeps in memory', () => {
  test('no start of a stream that has begun, however it began, nor its first items', async () => {
    /** The objects that only the start of a stream holds. */
    const begin = (name: string, epoch: string, after: number): WeakRef<object>[] => {
      const item = itemOf('a', 5, 2)
      const start: Start<Item> = { epoch, after, prelude: { items: [item] } }
      run.join(name, 'a', start)
      return [new WeakRef(start), new WeakRef(item)]
    }
    const refs = [
      ...begin('live', 'e1', 10),
      ...begin('replaying', 'e1', 6),
      ...begin('reset', 'e0', 6),
    ]
    expect(run.news().filter((line) => line.endsWith(': a5')).length).toBe(2)
    expect([await stillHeld(refs), run.hub.joining.size]).toEqual([0, 1])
  })

  test('nothing of a stream that left, in whatever state it was', async () => {
    const leave = (channels: string, start: Start<Item>): WeakRef<object> => {
      const one = run.join('one', channels, start)
      run.hub.leave(one, 0)
      return new WeakRef(one)
    }
    const refs = [
      leave('a', {}),
      leave('a', { after: 2 }),
      leave('a', { after: 99 }),
      leave('b', {}),
    ]
    run.publish('a', 11, 0)
    run.news()
    expect(await stillHeld(refs)).toBe(0)
  })

  test('nothing of a stream that left while the log was asked for it, after the answer or the failure', async () => {
    expect(await stillHeld([leaveAsked(true), leaveAsked(false)])).toBe(0)
  })

  test('nothing of the streams of another log', async () => {
    const refs = [
      new WeakRef(run.join('live', 'a')),
      new WeakRef(run.join('replaying', 'a', { after: 2 })),
      new WeakRef(run.join('waiting', 'b')),
      new WeakRef(run.join('ahead', 'a', { after: 99 })),
    ]
    run.ask()
    run.epoch = 'e2'
    run.begin(4)
    expect(await stillHeld(refs)).toBe(0)
  })

  test('no sent item, except those for streams that resume', async () => {
    const publish = (position: number): WeakRef<Item> => {
      const item = itemOf('a', position, position - 1)
      run.hub.fanout.publish(item)
      return new WeakRef(item)
    }
    const refs = Array.from({ length: 20 }, (_, index) => publish(11 + index))
    run.news()
    expect(await stillHeld(refs)).toBe(4)
  })
})
