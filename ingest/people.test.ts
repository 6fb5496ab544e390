import { describe, expect, test } from '@jest/globals'
import { Problem } from '../contract/problem.ts'
import { disposables } from '../test/support/disposables.ts'
import { getServer } from '../test/support/getServer.ts'
import { problemOf } from '../test/support/ingestClient.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { type People, peopleRoute } from './people.ts'

const opened = disposables()
const LINE = '{"position":1}'
const PARTS = 5

const erase = () => Promise.reject(new Error('nobody erases here'))

/** Everything that one sender wrote, in five parts; `read` fails, waits or counts before each. */
async function ask(read: (part: number) => unknown, json = LINE) {
  const sentBy: People['sentBy'] = async (_sender, after) => {
    await read(after)
    const entry = { position: after + 1, previous: after, id: '', channel: 'a', json }
    return { entries: json === '' ? [] : [entry], upTo: after + 1, isDone: after + 1 === PARTS }
  }
  const route = peopleRoute(new Map([[0, { sentBy, erase }]]), {
    requireAccess: () => {},
    isAllowed: () => false,
    limitExport: (handler) => handler,
  })
  const state = { hasLeft: false, isDone: false }
  const get = await getServer(opened, {
    [route.path]: async (request, response, next) => {
      response.once('close', () => (state.hasLeft = true))
      await route.get?.(request, response, next)
      state.isDone = true
    },
  })
  return { get: (init?: RequestInit) => get('/senders/user:carol/messages', init), state }
}

const failAt = (failing: number) => (part: number) => {
  if (part === failing) throw new Problem('unavailable')
}

describe('everything that one sender wrote', () => {
  test('is one message a line', async () => {
    const { get } = await ask(() => {})
    expect(await (await get()).text()).toBe(`${LINE}\n`.repeat(PARTS))
  })

  test('is refused if the log cannot be read', async () => {
    const { get } = await ask(failAt(0))
    expect(await problemOf(await get())).toBe('503 unavailable')
  })

  test.each([1, PARTS - 1])(
    'breaks off if part %d cannot be read, so that nobody takes it for whole',
    async (failing) => {
      const { get } = await ask(failAt(failing))
      const whole = async () => (await get()).text()
      await expect(whole()).rejects.toThrow(/terminated|fetch failed/)
    },
  )

  test.each(['', LINE])(
    'is read no further for a reader that has left (parts: %j)',
    async (json) => {
      const reads: number[] = []
      let goOn: (() => void) | undefined
      const { get, state } = await ask((part) => {
        reads.push(part)
        return new Promise<void>((resolve) => (goOn = resolve))
      }, json)
      const leaving = new AbortController()
      const answer = get({ signal: leaving.signal }).catch(() => {})
      await waitFor(() => reads.length === 1, 10)
      leaving.abort()
      await answer
      await waitFor(() => state.hasLeft, 10)
      goOn?.()
      await waitFor(() => state.isDone, 10)
      expect(reads).toEqual([0])
    },
  )
})
