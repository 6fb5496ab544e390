import { expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { getServer } from '../test/support/getServer.ts'
import { writeChunks } from './writeChunks.ts'

const opened = disposables()

/** All but the last text are yielded. */
async function* chunksOf(texts: string[]): AsyncGenerator<string, string | undefined> {
  yield* texts.slice(0, -1)
  return texts.at(-1)
}

test.each([
  ['one text tells its length', ['{"é":1}'], '8'],
  ['several texts comes in chunks, the last one too', ['a', 'b', 'c'], null],
])('An answer of %s', async (_what, texts, length) => {
  const ask = await getServer(opened, {
    '/': (_request, response) => writeChunks(response, chunksOf(texts)),
  })
  const answer = await ask('/')
  expect(answer.headers.get('content-length')).toBe(length)
  expect(await answer.text()).toBe(texts.join(''))
})
