import { expect, test } from '@jest/globals'
import { Problem } from '../../contract/problem.ts'
import type { LogSince } from '../../contract/since.ts'
import type { Frame } from '../hub/frame.ts'
import type { Start } from '../hub/joining.ts'
import { startsOfAll, type FindStart } from './startsOfAll.ts'

const PLACE: LogSince = { kind: 'id', epoch: 'e1', position: 7 }

function open(findStart: FindStart, since: LogSince = { kind: 'last', count: 1 }) {
  const connection = { isOpen: true, isFull: false, drained: () => Promise.resolve() }
  const errors: unknown[] = []
  const pauses: (() => void)[] = []
  const asked = startsOfAll(connection, {
    sinceIn: () => since,
    findStart,
    onError: (error) => void errors.push(error),
    pause: () => new Promise((resolve) => pauses.push(resolve)),
  })
  const found: Start<Frame>[] = []
  asked.find(3, ['a'], (start) => void found.push(start))
  /** Lets one wait between two questions pass. */
  const pass = async (): Promise<number> => {
    pauses.pop()?.()
    await turn()
    return pauses.length
  }
  return { asked, connection, errors, found, pass }
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

const nothing: FindStart = () => new Promise(() => {})

test('Only an id names a place', () => {
  expect(open(nothing, PLACE).asked.placeIn(0)?.toString()).toBe('e1-7')
  expect(open(nothing).asked.placeIn(0)).toBe(undefined)
})

test('A start is looked for until the log is there', async () => {
  const failures = [new Problem('unavailable'), new Error('bug')]
  const logs: number[] = []
  const { found, errors, pass } = open((_query, _isWanted, log) => {
    logs.push(log)
    const failure = failures.shift()
    return failure === undefined ? Promise.resolve({ after: 5 }) : Promise.reject(failure)
  })
  await turn()
  expect([logs, found, errors]).toEqual([[3], [], []])
  expect(await pass()).toBe(1)
  expect([logs, found, errors]).toEqual([[3, 3], [], [new Error('bug')]])
  expect(await pass()).toBe(0)
  expect([logs, found]).toEqual([[3, 3, 3], [{ after: 5 }]])
})

test('A start is looked for no longer than the stream is open, and not told after that', async () => {
  let asked = 0
  const { connection, found, pass } = open(() => {
    asked++
    return asked === 1 ? Promise.reject(new Problem('unavailable')) : Promise.resolve({})
  })
  await turn()
  connection.isOpen = false
  expect(await pass()).toBe(0)
  expect([asked, found]).toEqual([1, []])
})

test('First items are read again if those of another log were quicker', async () => {
  let asked = 0
  const stream: ReturnType<typeof open> = open(async () => {
    // The second time it has left.
    stream.connection.isFull = ++asked === 1
    return { after: asked, prelude: { items: [] } }
  })
  await turn()
  expect(stream.found).toEqual([{ after: 2, prelude: { items: [] } }])
})
