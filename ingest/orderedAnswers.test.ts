import { EventEmitter, once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { Writable } from 'node:stream'
import { expect, test } from '@jest/globals'
import { OrderedAnswers } from './orderedAnswers.ts'

/** A reader that takes only when it is told to. */
class Reader extends Writable {
  text = ''
  takes = 0
  #next: (() => void) | undefined

  constructor() {
    super({ highWaterMark: 1, decodeStrings: false })
  }

  override _write(chunk: string, _encoding: string, done: () => void): void {
    this.text += chunk
    this.takes++
    this.#next = done
  }

  take(): void {
    this.#next?.()
  }
}

/** A question, and how to answer it. */
function question(): { answer: Promise<string>; give: (text: string) => void } {
  const inbox = new EventEmitter()
  const answer = once(inbox, 'answer').then(([text]) => String(text))
  return { answer, give: (text) => void inbox.emit('answer', text) }
}

test('Answers are written in the order of their questions, and those of one moment together', async () => {
  const reader = new Reader()
  const answers = new OrderedAnswers(reader)
  const questions = [question(), question(), question()]
  for (const { answer } of questions) answers.add(1, answer)
  questions[2]?.give('c')
  questions[1]?.give('b')
  await setImmediate()
  expect(reader.text).toBe('')
  questions[0]?.give('a')
  await answers.finish()
  expect([reader.text, reader.takes]).toEqual(['a\nb\nc\n', 1])
})

test('An answer is written before the next question comes', async () => {
  const reader = new Reader()
  const answers = new OrderedAnswers(reader)
  answers.add(1, Promise.resolve('a'))
  await answers.finish()
  expect(reader.text).toBe('a\n')
})

test.each([
  ['number', 1],
  ['size', 10_000],
])('While a reader takes nothing, questions end at a %s', async (_what, bytes) => {
  const reader = new Reader()
  const answers = new OrderedAnswers(reader)
  let count = 0
  const ask = async (): Promise<void> => {
    while (!answers.isFull) {
      answers.add(bytes, Promise.resolve('a'))
      count++
    }
    await setImmediate()
  }
  // The first ones are written, and not taken.
  for (let round = 0; round < 5; round++) await ask()
  const limit = count
  expect(limit * bytes).toBeLessThan(600_000)
  let hasRoom = false
  const room = answers.room().then(() => (hasRoom = true))
  await ask()
  expect([count, hasRoom]).toEqual([limit, false])
  reader.take()
  await room
  expect(answers.isFull).toBe(false)
})

test('Nobody waits for a reader that has gone', async () => {
  const reader = new Reader()
  const answers = new OrderedAnswers(reader)
  const { answer, give } = question()
  answers.add(1_000_000, answer)
  const done = answers.room().then(() => answers.finish())
  reader.destroy()
  await done
  give('late')
  await setImmediate()
  expect(reader.text).toBe('')
})
