import { beforeEach, describe, expect, test } from '@jest/globals'
import { disposables } from '../../test/support/disposables.ts'
import { forgedExtents, forgedMessages } from '../../test/support/forgeries.ts'
import { EXTENT, LOG, TestRecent } from '../../test/support/testRecent.ts'
import { copyKeys, entry, placeAt } from '../../test/support/testRedis.ts'

const opened = disposables()
let run: TestRecent

beforeEach(async () => {
  run = await TestRecent.start(opened)
})

const json = (position: number): string => LOG[position - 11]?.json ?? ''
const sealed = (position: number, channel = 'a'): string =>
  copyKeys.sealMessage('e1', channel, json(position))

describe('a recent stream from which an attacker has deleted', () => {
  test.each([
    ['the first', [11]],
    ['one in the middle', [13]],
    ['the last', [14]],
    ['the last two', [13, 14]],
    ['all but the last', [11, 13]],
    ['all', [11, 13, 14]],
  ])('%s proves nothing', async (_which, positions) => {
    await run.remove('a', ...positions)
    expect(await run.read(['a', 'b'], 10, 15)).toBe(undefined)
  })

  test('the last requested message proves nothing, whether there is one after it or not', async () => {
    await run.remove('a', 13)
    expect(await run.read(['a'], 10, 13)).toBe(undefined)
    expect(await run.read(['a'], 11, 13)).toBe(undefined)
    await run.remove('a', 14)
    expect(await run.read(['a'], 10, 13)).toBe(undefined)
    expect(await run.read(['a'], 11, 13)).toBe(undefined)
  })

  test('messages that its reader has proves the rest', async () => {
    await run.remove('a', 11)
    expect(await run.read(['a'], 11, 15)).toBe('a13 a14 up to 15')
    expect(await run.read(['a'], 11, 13)).toBe('a13 up to 13')
    await run.remove('a', 13, 14)
    expect(await run.read(['a'], 14, 15)).toBe('up to 15')
  })

  test('everything proves nothing, but a channel without any message needs no stream', async () => {
    await run.redis.del(run.recent('a'))
    expect(await run.read(['a'], 10, 15)).toBe(undefined)
    expect(await run.read(['b', 'nobody'], 10, 15)).toBe('b12 b15 up to 15')
  })

  test('nothing, but that the gateway knows to be behind, proves nothing', async () => {
    run.heads['a'] = 16
    expect(await run.read(['a'], 10, 15)).toBe(undefined)
  })
})

const FORGED = [
  ...forgedMessages(entry(13, 11, 'a')),
  ['that was there before', sealed(11)],
  ['that belongs behind it', sealed(14)],
]

describe('a message in a recent stream', () => {
  test.each(FORGED)('%s is not delivered, proves nothing, and is counted', async (_what, text) => {
    await run.write('a', { 11: sealed(11), 13: text, 14: sealed(14) })
    expect([await run.read(['a', 'b'], 10, 15), run.refusals]).toEqual([undefined, 1])
  })

  test.each(FORGED)('%s is no witness for the messages before it', async (_what, text) => {
    await run.write('a', { 11: sealed(11), 13: text })
    expect([await run.read(['a'], 10, 12), run.refusals]).toEqual([undefined, 1])
  })

  test.each(FORGED)('%s does not hold up the true ones around it', async (_what, text) => {
    await run.write('a', { 11: sealed(11), 12: text, 13: sealed(13), 14: sealed(14) })
    expect([await run.read(['a'], 10, 15), run.refusals]).toEqual(['a11 a13 a14 up to 15', 1])
  })

  test('is proved in its own place, and nothing is counted', async () => {
    await run.write('a', { 11: sealed(11), 13: sealed(13), 14: sealed(14) })
    expect([await run.read(['a', 'b'], 10, 15), run.refusals]).toEqual([
      'a11 b12 a13 a14 b15 up to 15',
      0,
    ])
  })
})

describe('an extent in Redis', () => {
  const far = { ...EXTENT, ...placeAt(99), low: 0 }

  test.each([
    ...forgedExtents(EXTENT),
    ['of another epoch', copyKeys.sealExtent({ ...far, epoch: 'e0' })],
  ])('%s proves nothing, and is counted', async (_what, text) => {
    await run.writeExtent(text)
    expect([await run.read(['a', 'b'], 10, 15), run.refusals]).toEqual([undefined, 1])
  })

  test('that is old proves nothing, and is no forgery', async () => {
    await run.writeExtent(copyKeys.sealExtent({ ...EXTENT, ...placeAt(14) }))
    expect([await run.read(['a', 'b'], 10, 15), run.refusals]).toEqual([undefined, 0])
  })

  test('that goes further than the streams does not make them complete', async () => {
    await run.writeExtent(copyKeys.sealExtent(far))
    run.heads = { a: 98, b: 99 }
    expect([await run.read(['a', 'b'], 10, 99), run.refusals]).toEqual([undefined, 0])
  })
})
