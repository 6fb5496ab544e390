import { beforeEach, describe, expect, test } from '@jest/globals'
import { TestHub } from '../../test/support/testHub.ts'

let run: TestHub

describe('a stream that asks for a position above all known ones', () => {
  beforeEach(() => {
    run = new TestHub()
    run.begin(100)
    run.join('other', 'a')
    run.ready(100, { a: 100 })
    run.news()
  })

  test('is believed if the log has it, and gets only newer messages', () => {
    const one = run.join('one', 'a', { epoch: 'e1', after: 105 })
    const question = run.ask()
    run.hub.advance()
    expect([run.ask(), run.news()]).toEqual([undefined, ['ask head']])
    run.answer(question, 105)
    expect([run.news(), one.state]).toEqual([['one: ready at e1-105, a:100'], 'live'])
    expect(run.ask()).toBe(undefined)
    for (const position of [104, 105, 106]) run.publish('a', position, position - 1)
    expect(run.news().filter((line) => line.startsWith('one'))).toEqual(['one: a106'])
  })

  test('gets a reset if the log does not have it', () => {
    run.join('one', 'a', { epoch: 'e1', after: 105 })
    run.answer(run.ask(), 104)
    expect(run.news()).toEqual([
      'ask head',
      'one: incomplete at e1-100, a:100',
      'one: reset, ahead-of-log, at e1-100',
    ])
  })

  test('makes the hub ask again if the log could not answer, for as long as that fails', () => {
    run.join('one', 'a', { epoch: 'e1', after: 105 })
    for (let count = 0; count < 3; count++) {
      const question = run.ask()
      if (question !== undefined) run.hub.unanswered(question)
      run.hub.advance()
    }
    run.answer(run.ask(), 105)
    expect(run.news()).toEqual([
      'ask head',
      'ask head',
      'ask head',
      'ask head',
      'one: ready at e1-105, a:100',
    ])
  })

  test('is believed at once if the log was seen there', () => {
    run.join('one', 'b')
    run.come('b')
    run.answer(run.ask(), 105)
    run.news()
    run.join('two', 'a', { epoch: 'e1', after: 105 })
    expect(run.news()).toEqual(['two: ready at e1-105, a:100'])
  })

  test('makes the hub ask nothing once it has left', () => {
    run.hub.leave(run.join('one', 'a', { after: 105 }), 0)
    expect([run.ask(), run.hub.nextQuestion()]).toEqual([undefined, undefined])
  })

  test('costs one question together with all others of its turn', () => {
    for (const name of ['one', 'two', 'three']) run.join(name, 'a', { after: 105 })
    run.answer(run.ask(), 105)
    expect(run.news()).toEqual([
      'ask head head head',
      'one: ready at e1-105, a:100',
      'two: ready at e1-105, a:100',
      'three: ready at e1-105, a:100',
    ])
  })
})
