import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Entry } from '../../contract/message.ts'
import { entry } from '../../test/support/testRedis.ts'
import { TestReplay } from '../../test/support/testReplay.ts'
import { waitFor } from '../../test/support/waitFor.ts'

let run: TestReplay

beforeEach(() => {
  run = new TestReplay()
})

/** The messages after `after`, each with data of so many characters. */
const large = (after: number, sizes: number[], character = 'x'): Entry[] =>
  sizes.map((size, index) =>
    entry(after + index + 1, after + index, 'a', JSON.stringify(character.repeat(size))),
  )

async function sources(): Promise<Record<string, number>> {
  const metric = await run.registry.getSingleMetric('causeway_gateway_reads_total')?.get()
  return Object.fromEntries((metric?.values ?? []).map((one) => [one.labels['source'], one.value]))
}

describe('a page', () => {
  test('follows the previous one until the stream is live, a hundred messages each', async () => {
    const one = run.join('one', { after: 0 })
    for (let count = 0; count < 4; count++) await run.answer()
    expect([await run.news(), one.state]).toEqual([
      {
        asked: ['a 0-250', 'a 100-250', 'a 200-250'],
        told: ['one: 1-100', 'one: 101-200', 'one: 201-250'],
      },
      'live',
    ])
  })

  test('without messages moves the stream to where the log was read', async () => {
    run.log = run.log.slice(0, 10)
    const one = run.join('one', { after: 10 })
    await run.answer()
    expect([await run.news(), one.state, one.cursor.position]).toEqual([
      { asked: ['a 10-250'], told: [] },
      'live',
      250,
    ])
  })

  test('is asked for only once the previous one has left', async () => {
    const waiting: (() => void)[] = []
    run.join('one', { after: 0 }, 'a', () => new Promise((resolve) => waiting.push(resolve)))
    expect((await run.news()).asked).toEqual([])
    waiting.pop()?.()
    expect((await run.news()).asked).toEqual(['a 0-250'])
    await run.answer()
    expect(await run.news()).toEqual({ asked: [], told: ['one: 1-100'] })
    waiting.pop()?.()
    expect((await run.news()).asked).toEqual(['a 100-250'])
  })

  test('is let go if other logs have filled the reader meanwhile, and asked for again', async () => {
    const waiting: (() => void)[] = []
    const one = run.join('one', { after: 0 }, 'a', () => new Promise((go) => waiting.push(go)))
    waiting.pop()?.()
    expect((await run.news()).asked).toEqual(['a 0-250'])
    Object.assign(one.sink, { mustWait: true })
    await run.answer()
    expect(await run.news()).toEqual({ asked: [], told: [] })
    Object.assign(one.sink, { mustWait: false })
    waiting.pop()?.()
    await run.answer()
    expect(await run.news()).toEqual({ asked: ['a 0-250'], told: ['one: 1-100'] })
  })

  test('comes from Redis if that proves that it is complete, otherwise from the log', async () => {
    run.recent = ({ after }) => {
      const found = { entries: run.log.slice(after, 249), upTo: 249 }
      return Promise.resolve(after < 249 ? found : undefined)
    }
    run.join('one', { after: 247 })
    expect(await run.news()).toEqual({ asked: ['a 249-250'], told: ['one: 248-249'] })
    run.recent = () => Promise.reject(new Error('away'))
    await run.answer()
    run.join('two', { after: 249 })
    await run.answer()
    expect(await run.news()).toEqual({ asked: ['a 249-250'], told: ['one: 250', 'two: 250'] })
    expect(await sources()).toEqual({ recent: 1, log: 2 })
  })

  test.each([
    ['at its bytes', [200_000, 200_000, 200_000, 200_000], 'x', '1-2'],
    ['at its bytes and not its characters', [80_000, 80_000, 80_000], '界', '1-2'],
    ['after one message that is larger than it may be', [1_000_000, 10], 'x', '1'],
    ['before one message that is larger than it may be', [10, 1_000_000], 'x', '1'],
  ])('ends %s, and the next begins there', async (_what, sizes, character, sent) => {
    run.recent = ({ after }) =>
      Promise.resolve(after > 0 ? undefined : { entries: large(0, sizes, character), upTo: 250 })
    run.join('one', { after: 0 })
    expect(await run.news()).toEqual({
      asked: [`a ${sent.split('-').at(-1)}-250`],
      told: [`one: ${sent}`],
    })
  })

  test('with one message that is larger than a page is complete', async () => {
    run.recent = () => Promise.resolve({ entries: large(249, [1_000_000]), upTo: 250 })
    const one = run.join('one', { after: 249 })
    expect([await run.news(), one.state]).toEqual([{ asked: [], told: ['one: 250'] }, 'live'])
  })

  test('goes to the stream that asked for it, whichever answer comes first', async () => {
    run.join('one', { after: 240 })
    run.join('two', { after: 245 })
    await run.answer(1)
    expect(await run.news()).toEqual({ asked: ['a 240-250', 'a 245-250'], told: ['two: 246-250'] })
    await run.answer(0)
    expect((await run.news()).told).toEqual(['one: 241-250'])
  })

  test('that cannot be read is asked for again when something moves, for as long as it fails', async () => {
    run.isFailing = true
    const one = run.join('one', { after: 240 })
    for (let count = 0; count < 3; count++) {
      await run.answer()
      expect(await run.news()).toEqual({ asked: ['a 240-250'], told: [] })
      run.hub.advance()
    }
    run.isFailing = false
    await run.answer()
    expect([(await run.news()).told, one.state]).toEqual([['one: 241-250'], 'live'])
  })

  test('that comes after its stream has left, or from a previous log, is not sent', async () => {
    run.hub.leave(run.join('one', { after: 240 }), 0)
    const two = run.join('two', { after: 245 })
    await run.news()
    run.begin('e2', 4)
    await run.answer()
    expect([(await run.news()).told, two.cursor.position]).toEqual([
      ['two: end, reset, at e1-245'],
      245,
    ])
  })
})

describe('a stream that resumes with much in the buffer', () => {
  /** 5 MB, of which a quarter goes at a time. */
  beforeEach(() => {
    run = new TestReplay({ head: 0, chunkBytes: 262_144 })
    run.join('first', {})
    const text = 'x'.repeat(1_000)
    for (let position = 1; position <= 5_000; position++) {
      const frame = { position, previous: position - 1, channel: 'a', text, size: 1_000 }
      run.hub.fanout.publish(frame)
    }
    run.hub.fanout.flush()
    run.told.length = 0
  })

  test('gets it all in chunks, with a turn for the others after each', async () => {
    const one = run.join('one', { after: 0 })
    for (let count = 0; count < 100; count++) await Promise.resolve()
    expect(run.told).toEqual(['one: 1-262'])
    await waitFor(() => one.state === 'live')
    expect(run.told).toEqual(
      Array.from(
        { length: 20 },
        (_, index) => `one: ${262 * index + 1}-${Math.min(5_000, 262 * (index + 1))}`,
      ),
    )
  })

  test('gets the next chunk only once the one before has left', async () => {
    const waiting: (() => void)[] = []
    run.join('one', { after: 0 }, 'a', () => new Promise((resolve) => waiting.push(resolve)))
    expect((await run.news()).told).toEqual(['one: 1-262'])
    expect((await run.news()).told).toEqual([])
    waiting.pop()?.()
    await waitFor(() => run.told.length > 0)
    expect((await run.news()).told).toEqual(['one: 263-524'])
  })

  test('gets nothing any more once it has left', async () => {
    const one = run.join('one', { after: 0 })
    run.hub.leave(one, 0)
    await run.news()
    expect([(await run.news()).told, one.cursor.position]).toEqual([[], 262])
  })
})
