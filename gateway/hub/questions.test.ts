import { beforeEach, describe, expect, test } from '@jest/globals'
import { TestHub } from '../../test/support/testHub.ts'

let run: TestHub

beforeEach(() => {
  run = new TestHub()
  run.begin(100)
})

/** Names of channels as they stand in a join. */
const names = (count: number): string =>
  Array.from({ length: count }, (_, index) => `c${index}`).join(' ')

describe('the question to the log', () => {
  test('is not asked while there is nothing to ask', () => {
    run.join('one', 'a')
    run.hub.advance()
    expect([run.ask(), run.news()]).toEqual([undefined, ['want a']])
  })

  test('is one for all channels of a turn, and none is asked for twice', () => {
    for (let count = 0; count < 1_000; count++) {
      run.join(`s${count}`, `c${count}`)
      run.come(`c${count}`)
    }
    run.news()
    const question = run.ask()
    expect(question?.channels.length).toBe(1_000)
    run.hub.advance()
    expect(run.ask()).toBe(undefined)
    run.answer(question, 100)
    run.hub.advance()
    expect([run.ask(), run.hub.joining.size]).toEqual([undefined, 0])
  })

  test('names at most a thousand channels; the others are asked for next', () => {
    run.join('one', names(2_500))
    run.come(names(2_500))
    const counts: number[] = []
    for (let question = run.ask(); question !== undefined; question = run.ask()) {
      counts.push(question.channels.length)
      run.answer(question, 100)
    }
    expect([counts, run.news().at(-1)?.slice(0, 21)]).toEqual([
      [1_000, 1_000, 500],
      'one: ready at e1-100,',
    ])
  })

  test('waits for the previous answer', () => {
    run.join('one', 'a')
    run.come('a')
    const first = run.ask()
    run.join('two', 'b')
    run.come('b')
    expect(run.ask()).toBe(undefined)
    run.answer(first, 100)
    run.answer(run.ask(), 101)
    expect(run.news()).toEqual([
      'want a',
      'ask a',
      'want b',
      'one: ready at e1-100, a:0',
      'ask b',
      'two: ready at e1-101, b:0',
    ])
  })

  test('that fails is asked again when something moves, for as long as it fails, with what came meanwhile', () => {
    run.join('one', 'a', { after: 105 })
    run.come('a')
    for (const later of ['b', 'c', 'd']) {
      const question = run.ask()
      if (question !== undefined) run.hub.unanswered(question)
      run.join(later, later)
      run.come(later)
      run.hub.advance()
    }
    run.answer(run.ask(), 103, { a: 7 })
    run.answer(run.ask(), 103)
    expect(run.news().filter((line) => !line.startsWith('want'))).toEqual([
      'ask a',
      'ask a b',
      'ask a b c',
      'ask a b c d',
      'b: ready at e1-103, b:0',
      'c: ready at e1-103, c:0',
      'd: ready at e1-103, d:0',
      'ask head',
      'one: incomplete at e1-103, a:7',
      'one: reset, ahead-of-log, at e1-103',
    ])
  })

  test('has one answer: a second answer, or a failure after it, changes nothing', () => {
    run.join('one', 'a')
    run.come('a')
    const question = run.ask()
    run.answer(question, 100)
    run.publish('a', 101, 0)
    run.answer(question, 200)
    if (question !== undefined) run.hub.unanswered(question)
    expect([run.ask(), run.hub.logHead]).toEqual([undefined, 100])
    run.publish('a', 102, 101)
    expect(run.news().at(-1)).toBe('one: a101 a102')
  })

  test('does not hide a message that passed while it was under way', () => {
    run.join('one', 'a')
    run.come('a')
    const question = run.ask()
    run.publish('a', 101, 0)
    run.answer(question, 100)
    expect(run.news().at(-1)).toBe('one: ready at e1-101, a:101')
  })

  test('is asked once for a channel that comes twice', () => {
    run.join('one', 'a')
    run.come('a')
    run.come('a')
    run.hub.come()
    const question = run.ask()
    run.come('a')
    run.hub.come()
    run.answer(question, 100)
    run.come('a')
    run.hub.come()
    expect([run.ask(), run.news()]).toEqual([
      undefined,
      ['want a', 'ask a', 'one: ready at e1-100, a:0'],
    ])
  })
})

describe('an answer that comes late', () => {
  test('does not answer a question that was asked after it was read', () => {
    run.join('first', 'a')
    run.ready(100, { a: 100 })
    run.join('other', 'b')
    run.come('b')
    const early = run.ask()
    // 101 to 105 are committed; a reader who had 105 from another gateway comes here.
    run.join('returning', 'a', { epoch: 'e1', after: 105 })
    run.news()
    run.answer(early, 100, { b: 0 })
    expect(run.news()).toEqual(['other: ready at e1-100, b:0'])
    run.answer(run.ask(), 105)
    expect(run.news()).toEqual(['ask head', 'returning: ready at e1-105, a:100'])
  })

  test('says nothing about a channel that was left and taken again meanwhile', () => {
    const first = run.join('first', 'a')
    run.come('a')
    const early = run.ask()
    run.hub.leave(first, 0)
    run.hub.channels.takeIdle(0)
    // 101 is committed and published now: nobody here is subscribed.
    run.join('second', 'a')
    run.answer(early, 100, { a: 0 })
    expect(run.news()).toEqual(['want a', 'ask a', 'want a'])
    run.come('a')
    run.answer(run.ask(), 101, { a: 101 })
    expect(run.news()).toEqual(['ask a', 'second: ready at e1-101, a:101'])
  })

  test('after a reported failure changes nothing', () => {
    run.join('one', 'a')
    run.come('a')
    const early = run.ask()
    if (early !== undefined) run.hub.unanswered(early)
    run.hub.advance()
    const question = run.ask()
    run.answer(early, 100, { a: 1 })
    if (early !== undefined) run.hub.unanswered(early)
    run.answer(question, 105, { a: 104 })
    expect([run.ask(), run.news().at(-1)]).toEqual([undefined, 'one: ready at e1-105, a:104'])
  })

  test('from the previous log says nothing about a channel of the next', () => {
    run.join('one', 'a')
    run.come('a')
    const early = run.ask()
    run.epoch = 'e2'
    run.begin(4)
    run.join('two', 'a')
    run.come('a')
    const question = run.ask()
    run.news()
    run.answer(early, 100, { a: 90 })
    if (early !== undefined) run.hub.unanswered(early)
    expect([run.news(), run.hub.logHead]).toEqual([[], 4])
    run.answer(question, 4, { a: 3 })
    expect(run.news()).toEqual(['two: ready at e2-4, a:3'])
  })
})
