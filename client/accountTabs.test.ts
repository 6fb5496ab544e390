import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { FakeBrowser, LEAD_MS, LIFE_MS, me } from './browserFixture.ts'
import { Unreachable } from './request.ts'
import { Problem } from '../contract/problem.ts'

let browser: FakeBrowser

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] })
  jest.spyOn(Math, 'random').mockReturnValue(1)
  browser = new FakeBrowser()
})

afterEach(() => {
  jest.restoreAllMocks()
  jest.useRealTimers()
})

const later = () => new Promise((resolve) => setTimeout(resolve, 100))
const refused = (type: 'unauthenticated' | 'forbidden' | 'not-found' | 'unavailable') => () =>
  Promise.reject(new Problem(type))
const unreachable = () => Promise.reject(new Unreachable('cut'))
const passes = (ms = 0) => jest.advanceTimersByTimeAsync(ms)

test('A tab that hears of a new token in time does not renew it too', async () => {
  await browser.started('one')
  await browser.started('two')
  browser.answer.renew = async () => me('user:alice', 2 * LIFE_MS)
  await passes(LIFE_MS - LEAD_MS)
  await passes(LIFE_MS)
  expect(browser.calls).toEqual(['one renew'])
})

test('Of tabs whose timers fire together one renews, and the others find the new token', async () => {
  const [one, two] = [await browser.started('one'), await browser.started('two')]
  browser.answer.renew = async () => {
    await later()
    const renewed = me('user:alice', 2 * LIFE_MS)
    browser.answer.me = async () => renewed
    return renewed
  }
  await passes(LIFE_MS - LEAD_MS)
  await passes(100)
  expect(browser.calls).toEqual(['one renew', 'two me'])
  await passes(LIFE_MS)
  expect([browser.calls.length, one.seen, two.seen]).toEqual([
    2,
    ['signed-in user:alice'],
    ['signed-in user:alice'],
  ])
})

test.each([
  ['the answer', async () => me()],
  ['a session that had ended already', refused('unauthenticated')],
])('Signing out in one tab signs out all, after %s', async (_what, logout) => {
  const [one, two] = [await browser.started('one'), await browser.started('two')]
  browser.answer.logout = logout
  await one.account.leave(false)
  expect([one.seen.at(-1), two.seen.at(-1)]).toEqual(['signed-out left', 'signed-out left'])
})

test('Signing out in one tab is told as that, also if another one saw its session end before', async () => {
  const [one, two] = [await browser.started('one'), await browser.started('two')]
  browser.answer.renew = refused('unauthenticated')
  browser.answer.logout = async () => {
    await two.account.renew(true)
    return me()
  }
  await one.account.leave(false)
  const states = ['signed-in user:alice', 'signed-out ended', 'signed-out left']
  expect([one.seen, two.seen]).toEqual([states, states])
})

test('Signing out fails aloud if nobody answers: the cookies are still there', async () => {
  const { account, seen } = await browser.started()
  browser.answer.logout = unreachable
  await expect(account.leave(true)).rejects.toBeInstanceOf(Unreachable)
  expect(seen).toEqual(['signed-in user:alice'])
})

test('A tab follows another one that signs in, also as somebody else', async () => {
  browser.answer.me = refused('unauthenticated')
  const [one, two] = [await browser.started('one'), await browser.started('two')]
  one.account.enter(me('user:alice'))
  two.account.enter(me('user:bob'))
  const states = ['signed-out first', 'signed-in user:alice', 'signed-in user:bob']
  expect([one.seen, two.seen]).toEqual([states, states])
})

test('A page without accounts ignores what other tabs tell', async () => {
  browser.answer.me = refused('not-found')
  const { seen } = await browser.started('one')
  browser.answer.me = async () => me()
  await browser.started('two')
  expect(seen).toEqual(['open'])
})

test('A sign-out while a renewal is under way wins', async () => {
  const [one, two] = [await browser.started('one'), await browser.started('two')]
  browser.answer.renew = async () => {
    await later()
    return me()
  }
  const renewal = one.account.renew(true)
  await passes()
  await two.account.leave(false)
  await passes(100)
  expect(await renewal).toBe(false)
  expect(one.seen.at(-1)).toBe('signed-out left')
})
