import { beforeEach, describe, expect, test } from '@jest/globals'
import { disposables } from '../../test/support/disposables.ts'
import { TestFeed } from '../../test/support/testFeed.ts'
import { waitFor } from '../../test/support/waitFor.ts'

const opened = disposables()
const BEGUN = ['one: ready at e1-0, a:0', 'one: a1 a2 a3']
const RESET = 'one: end, reset, at e1-3'
let run: TestFeed

/** A stream has had three messages, and the log is followed. */
beforeEach(async () => {
  run = await TestFeed.start(opened)
  run.feed.start()
  await run.begun()
  run.join('one', 'a')
  await run.told('one: ready at e1-0, a:0')
  append(3)
  await run.told('one: a1 a2 a3')
})

function append(count: number): void {
  for (let index = 0; index < count; index++) run.log.append('a')
}

/** How a database comes back that lacks the last two messages. */
const BACKS: [how: string, more: number][] = [
  ['is shorter than it was', 0],
  ['has another message where it was', 2],
  ['has another message where it was, and more behind it', 5],
]

function goBack(more: number): void {
  run.log.goBack(1)
  append(more)
}

describe('a log that went back in the same epoch and', () => {
  test.each(BACKS)('%s is found while it is followed, and its epoch ended', async (_how, more) => {
    goBack(more)
    await run.told(RESET)
    run.join('new', 'a')
    await run.told(`new: ready at e2-${1 + more}, a:${1 + more}`)
    append(1)
    await run.told(`new: a${2 + more}`)
    expect([run.lines.slice(0, 3), run.log.ends, run.ended]).toEqual([
      [...BEGUN, RESET],
      ['e1 at 3'],
      ['e1'],
    ])
  })

  test.each(BACKS)('%s is found by a look while messages come over Redis', async (_how, more) => {
    await run.bridge()
    goBack(more)
    await run.told(RESET)
    expect([run.lines, run.log.ends]).toEqual([[...BEGUN, RESET], ['e1 at 3']])
  })

  test.each(BACKS)('%s is found by the question for a new stream', async (_how, more) => {
    await run.bridge()
    goBack(more)
    run.join('two', 'b')
    await run.told('two: end, reset, at e1-3')
    expect([run.lines, run.log.ends]).toEqual([
      [...BEGUN, RESET, 'two: end, reset, at e1-3'],
      ['e1 at 3'],
    ])
  })

  test('does so between a look at its head and the read up to there is not sent', async () => {
    run.log.beforeAnswer = () => {
      if (run.log.head.position !== 4) return
      goBack(3)
      run.log.beforeAnswer = () => {}
    }
    append(1)
    await run.told(RESET)
    expect(run.lines).toEqual([...BEGUN, RESET])
  })

  test('whose epoch another gateway has just ended is not ended again', async () => {
    const { log } = run
    log.beforeAnswer = () => {
      if (log.head.position === 1) log.epoch = 'e2'
    }
    goBack(0)
    await run.told(RESET)
    expect([run.log.epoch, run.log.ends, run.ended]).toEqual(['e2', ['e1 at 3'], []])
  })
})

describe('an epoch is not ended', () => {
  test('because the log no longer knows a message', async () => {
    await run.bridge()
    run.log.forgetIds()
    run.join('two', 'b')
    await run.told('two: ready at e1-3, b:0')
    append(1)
    await run.publish()
    await run.told('one: a4')
    expect([run.log.ends, run.log.epoch]).toEqual([[], 'e1'])
  })

  test('because the log has another epoch already', async () => {
    goBack(0)
    run.log.epoch = 'e9'
    await run.told(RESET)
    expect([run.log.ends, run.log.epoch]).toEqual([[], 'e9'])
  })

  test('because messages came while an answer was under way', async () => {
    await run.bridge()
    const held: (() => void)[] = []
    run.log.beforeAnswer = () => new Promise((resolve) => held.push(resolve))
    run.join('two', 'b')
    await waitFor(() => run.log.asked.length === 2)
    append(2)
    await run.publish()
    await waitFor(() => run.feed.hub.fanout.watermark === 5)
    run.log.beforeAnswer = () => {}
    for (const answer of held) answer()
    await run.told('two: ready at e1-5, b:0')
    expect(run.log.ends).toEqual([])
  })
})
