import { expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft } from '../test/support/testLog.ts'
import { Appender } from './appender.ts'
import { Pipeline } from './pipeline.ts'

const opened = disposables()

/** An appender on a real log, and how many drafts each batch had that was sent. */
async function open() {
  const pipeline = new Pipeline({ databaseUrl: await testDatabase(), onError: () => {} })
  opened.add(() => pipeline.close())
  const sent: number[] = []
  const query: Pipeline['query'] = (sql, parameters) => {
    const [, ids] = parameters
    sent.push(Array.isArray(ids) ? ids.length : NaN)
    return pipeline.query(sql, parameters)
  }
  const appender = new Appender(
    { query },
    { logId: 0, appendQueueBytes: 10_000_000, keySeconds: 86_400, changeSeconds: 0 },
  )
  const append = (count: number): Promise<number>[] =>
    Array.from({ length: count }, async () => (await appender.append(draft())).entry.position)
  return { sent, append }
}

test('A batch that is a quarter full is sent behind the one under way; a smaller one waits, and so does a third', async () => {
  const { sent, append } = await open()
  const positions = append(1)
  positions.push(...append(127))
  expect(sent).toEqual([1])
  positions.push(...append(1))
  expect(sent).toEqual([1, 128])
  positions.push(...append(600))
  expect(sent).toEqual([1, 128])
  expect(await Promise.all(positions)).toEqual(Array.from({ length: 729 }, (_, at) => at + 1))
  expect(sent).toEqual([1, 128, 512, 88])
})

test('A message that comes alone waits for nothing', async () => {
  const { sent, append } = await open()
  for (const position of [1, 2, 3]) expect(await Promise.all(append(1))).toEqual([position])
  expect(sent).toEqual([1, 1, 1])
})
