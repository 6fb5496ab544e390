import { expect, jest, test } from '@jest/globals'
import type { RequestHandler } from 'express'
import { Problem } from '../contract/problem.ts'
import { disposables } from '../test/support/disposables.ts'
import { problemOf } from '../test/support/ingestClient.ts'
import { getServer } from '../test/support/getServer.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { createReadLimit } from './readLimit.ts'

const opened = disposables()
const LONG = 3_600_000

test('a read beyond the limit gets 503 until another one has ended', async () => {
  const ends: (() => void)[] = []
  const limited = createReadLimit(2, LONG)
  const slow = limited((_request, response) => void ends.push(() => response.end('read')))
  const failing = limited(() => {
    throw new Problem('message-not-found')
  })
  const ask = await getServer(opened, { '/slow': slow, '/failing': failing })
  // What has failed holds no place.
  for (let count = 0; count < 3; count++) {
    expect(await problemOf(await ask('/failing'))).toBe('404 message-not-found')
  }
  const leaving = new AbortController()
  const left = ask('/slow', { signal: leaving.signal })
  const read = ask('/slow')
  await waitFor(() => ends.length === 2)
  // One bound for all that it limits.
  for (const path of ['/slow', '/failing']) {
    const refused = await ask(path)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(await problemOf(refused)).toBe('503 overloaded')
  }
  leaving.abort()
  await expect(left).rejects.toThrow('aborted')
  await waitFor(async () => (await ask('/failing')).status === 404, 10)
  for (const end of ends) end()
  expect(await (await read).text()).toBe('read')
})

const never: RequestHandler = (_request, response) => void response.write('half')
const whole: RequestHandler = (_request, response) => void response.end('whole')

test('an answer that takes too long is closed, and a faster one is complete', async () => {
  const cutting = createReadLimit(1, 20)
  const ask = await getServer(opened, { '/never': cutting(never), '/whole': cutting(whole) })
  const answer = await ask('/never')
  await expect(answer.text()).rejects.toThrow('terminated')
  await waitFor(async () => (await ask('/whole')).status === 200, 10)
})

test('an answer that has ended is not closed later', async () => {
  const cut = jest.spyOn(globalThis, 'setTimeout')
  const given = jest.spyOn(globalThis, 'clearTimeout')
  try {
    const ask = await getServer(opened, { '/ended': createReadLimit(1, LONG)(whole) })
    expect(await (await ask('/ended')).text()).toBe('whole')
    const at = cut.mock.calls.findIndex(([, milliseconds]) => milliseconds === LONG)
    const timer = cut.mock.results[at]?.value
    await waitFor(() => given.mock.calls.some(([each]) => each === timer), 10)
  } finally {
    cut.mockRestore()
    given.mockRestore()
  }
})
