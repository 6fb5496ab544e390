import { beforeEach, describe, expect, test } from '@jest/globals'
import { stillHeld } from '../../test/support/memory.ts'
import { entry } from '../../test/support/testRedis.ts'
import { TestReplay } from '../../test/support/testReplay.ts'
import { waitFor } from '../../test/support/waitFor.ts'
import { renderMessage } from '../hub/frame.ts'

let run: TestReplay

beforeEach(() => {
  run = new TestReplay()
})

describe('reads for streams', () => {
  test('are one read if they are equal, and all streams get the same bytes', async () => {
    const batches = new Set<unknown>()
    for (let count = 0; count < 50; count++) {
      const one = run.join('one', { after: 240 })
      one.sink.send = (batch) => void batches.add(batch)
    }
    await run.answer()
    expect([run.asked, batches.size]).toEqual([['a 240-250'], 1])
    run.join('two', { after: 240 })
    await run.answer()
    expect(run.asked).toEqual(['a 240-250', 'a 240-250'])
  })

  test('get the kept answer if they come a moment later, until that is dropped', async () => {
    run = new TestReplay({ keepMs: 50 })
    run.join('one', { after: 240 })
    await run.answer()
    run.join('two', { after: 240 })
    expect(await run.news()).toEqual({
      asked: ['a 240-250'],
      told: ['one: 241-250', 'two: 241-250'],
    })
    await waitFor(async () => {
      run.join('three', { after: 240 })
      return (await run.news()).asked.length > 0
    })
  })

  test("are equal whatever has come on their channels since, and Redis gets the channels' heads", async () => {
    const heads: unknown[] = []
    run.recent = async (query) => void heads.push(query.heads)
    run.join('one', { after: 240 })
    const { asked } = await run.news()
    run.hub.fanout.publish(renderMessage('e1', entry(251, 250)))
    run.join('two', { after: 240 })
    await run.answer()
    expect([heads, [...asked, ...run.asked]]).toEqual([[[250]], ['a 240-250']])
  })

  test('are separate if they differ in anything', async () => {
    run.join('one', { after: 240 })
    run.join('two', { after: 241 })
    run.join('three', { after: 240 }, 'a b')
    run.join('four', { after: 240 }, 'b')
    expect((await run.news()).asked).toEqual(['a 240-250', 'a 241-250', 'a b 240-250', 'b 240-250'])
    run.begin('e2', 250)
    run.join('five', { after: 240 })
    expect((await run.news()).asked).toEqual(['a 240-250'])
    run.log.length = 249
    run.begin('e2', 249)
    run.join('six', { after: 240 })
    expect((await run.news()).asked).toEqual(['a 240-249'])
  })

  test('run eight at a time, and the others get their turn in order', async () => {
    for (let count = 0; count < 20; count++) run.join(`s${count}`, { after: 240 - count })
    const asked: string[][] = []
    for (let count = 0; count < 3; count++) {
      asked.push((await run.news()).asked)
      await run.answer()
    }
    const all = Array.from({ length: 20 }, (_, count) => `a ${240 - count}-250`)
    expect(asked).toEqual([all.slice(0, 8), all.slice(8, 16), all.slice(16)])
    expect(run.hub.joining.size).toBe(0)
  })

  test('for starts and for pages share the eight', async () => {
    for (let count = 0; count < 6; count++) run.join(`s${count}`, { after: 240 - count })
    const starts = [1, 2, 3].map((count) =>
      run.replay.findStart({ since: { kind: 'last', count }, channels: ['a'] }, () => true),
    )
    await run.news()
    expect(run.pendingCount).toBe(8)
    await run.answer()
    await run.answer()
    expect((await Promise.all(starts)).map(({ prelude }) => prelude?.items.length)).toEqual([
      1, 2, 3,
    ])
  })

  test('fail for all streams that wait if they fail, and hold up no later ones', async () => {
    run.isFailing = true
    const streams = Array.from({ length: 20 }, (_, index) =>
      run.join('one', { after: 240 - (index % 10) }),
    )
    await run.answer()
    await run.answer()
    expect((await run.news()).asked.length).toBe(10)
    run.isFailing = false
    run.hub.advance()
    await run.answer()
    await run.answer()
    expect((await run.news()).asked.length).toBe(10)
    expect(streams.map(({ state }) => state)).toEqual(Array(20).fill('live'))
  })
})

describe('a read that waits for its turn', () => {
  beforeEach(async () => {
    for (let count = 0; count < 8; count++) run.join(`s${count}`, { after: 200 + count })
    await run.news()
  })

  test('is never done if its stream leaves meanwhile', async () => {
    const [one, two] = [run.join('one', { after: 240 }), run.join('two', { after: 241 })]
    await run.news()
    run.hub.leave(one, 0)
    await run.answer()
    expect((await run.news()).asked).toEqual(['a 241-250'])
    await run.answer()
    expect([(await run.news()).told, two.state]).toEqual([['two: 242-250'], 'live'])
  })

  test('is done if one of its waiting streams stays, be it the first or the last', async () => {
    const [one, two] = [run.join('one', { after: 240 }), run.join('two', { after: 240 })]
    const [three, four] = [run.join('three', { after: 241 }), run.join('four', { after: 241 })]
    await run.news()
    run.hub.leave(one, 0)
    run.hub.leave(four, 0)
    await run.answer()
    await run.answer()
    expect([(await run.news()).asked, two.state, three.state]).toEqual([
      ['a 240-250', 'a 241-250'],
      'live',
      'live',
    ])
  })

  test('is never done if its stream leaves before it has taken what it was sent', async () => {
    await run.answer()
    await run.news()
    const waiting: (() => void)[] = []
    const one = run.join(
      'one',
      { after: 240 },
      'a',
      () => new Promise((resolve) => waiting.push(resolve)),
    )
    run.hub.leave(one, 0)
    waiting.pop()?.()
    expect((await run.news()).asked).toEqual([])
  })

  test('is never done if another log has begun meanwhile', async () => {
    run.join('one', { after: 240 })
    await run.news()
    run.begin('e2', 4)
    await run.answer()
    expect((await run.news()).asked).toEqual([])
  })
})

describe('a replay keeps in memory', () => {
  beforeEach(() => {
    run = new TestReplay({ keepMs: 3_600_000 })
  })

  test('at most sixteen answers', async () => {
    const refs: WeakRef<object>[] = []
    for (let count = 0; count < 40; count++) {
      const one = run.join('one', { after: 240 - count })
      one.sink.send = (batch) => void refs.push(new WeakRef(batch))
      run.hub.advance()
      await run.answer()
    }
    expect([refs.length, await stillHeld(refs)]).toEqual([40, 16])
  })

  test('nothing of a stream that left, whether its answer was awaited, kept already, or failed', async () => {
    const leave = (after: number): WeakRef<object> => {
      const one = run.join('one', { after })
      run.hub.leave(one, 0)
      return new WeakRef(one)
    }
    const stay = (after: number): WeakRef<object> => new WeakRef(run.join('one', { after }))
    const refs = [stay(240)]
    await run.answer()
    refs.push(leave(240))
    await run.answer()
    run.isFailing = true
    refs.push(leave(241), leave(242))
    await run.answer()
    run.hub.channels.get('a')?.subscriptions.forEach((one) => run.hub.leave(one, 0))
    expect(await stillHeld(refs)).toBe(0)
  })
})
