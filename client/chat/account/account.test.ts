import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { FakeBrowser, LEAD_MS, LIFE_MS, me } from './browserFixture.ts'
import { Unreachable } from '../../sdk/request.ts'
import { Problem } from '../../../contract/problem.ts'

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

test.each([
  ['a good token', {}, 'signed-in user:alice', ['tab me']],
  [
    'a session whose token has ended',
    { me: async () => me('user:alice', 999) },
    'signed-in user:alice',
    ['tab me', 'tab renew'],
  ],
  ['no session', { me: refused('unauthenticated') }, 'signed-out first', ['tab me']],
  [
    'a session that ends meanwhile',
    { me: async () => me('user:alice', 0), renew: refused('unauthenticated') },
    'signed-out first',
    ['tab me', 'tab renew'],
  ],
  ['no accounts', { me: refused('not-found') }, 'open', ['tab me']],
])('A page with %s finds out', async (_what, answers, state, asked) => {
  Object.assign(browser.answer, answers)
  const { account, seen } = browser.open()
  await account.start()
  expect([seen, browser.calls]).toEqual([[state], asked])
})

test('A page asks who is signed in until somebody answers', async () => {
  browser.answer.me = unreachable
  const { account, seen } = browser.open()
  const start = account.start()
  await passes()
  browser.answer.me = refused('unavailable')
  await passes(1_000)
  browser.answer.me = async () => me()
  await passes(1_999)
  expect(seen).toEqual(['waiting', 'waiting'])
  await passes(1)
  await start
  expect(seen).toEqual(['waiting', 'waiting', 'signed-in user:alice'])
})

test('A token is renewed a minute before its end, again and again', async () => {
  const { seen } = await browser.started()
  await passes(LIFE_MS - LEAD_MS - 1)
  expect(browser.calls).toEqual([])
  await passes(1)
  expect(browser.calls).toEqual(['tab renew'])
  await passes(LIFE_MS - LEAD_MS)
  expect([browser.calls, seen]).toEqual([['tab renew', 'tab renew'], ['signed-in user:alice']])
})

test('A token with a short life is renewed after half of it', async () => {
  browser.answer.me = async () => me('user:alice', 4_000)
  await browser.started()
  await passes(1_999)
  expect(browser.calls).toEqual([])
  await passes(1)
  expect(browser.calls).toEqual(['tab renew'])
})

test('A page that slept renews its token as soon as it looks at the clock', async () => {
  const { account } = await browser.started()
  jest.setSystemTime(Date.now() + LIFE_MS)
  account.check()
  await passes()
  expect(browser.calls).toEqual(['tab renew'])
})

test('A renewal that nobody answers is repeated, and nobody is signed out by it', async () => {
  const { seen } = await browser.started()
  browser.answer.renew = unreachable
  await passes(LIFE_MS - LEAD_MS)
  await passes(1_000)
  await passes(2_000)
  expect(browser.calls).toEqual(['tab renew', 'tab renew', 'tab renew'])
  browser.answer.renew = async () => me()
  await passes(4_000)
  await passes(60_000)
  expect([browser.calls.length, seen]).toEqual([4, ['signed-in user:alice']])
})

test('A renewal that is refused signs the page out, and no timer stays', async () => {
  const { account, seen } = await browser.started()
  browser.answer.renew = refused('unauthenticated')
  expect(await account.renew(true)).toBe(false)
  expect(seen).toEqual(['signed-in user:alice', 'signed-out ended'])
  expect(jest.getTimerCount()).toBe(0)
  expect(await account.renew(true)).toBe(false)
  expect(browser.calls).toEqual(['tab renew'])
})

test('Callers that want a token at the same time share one renewal; a good one is not renewed', async () => {
  const { account } = await browser.started()
  expect(await account.renew(false)).toBe(true)
  expect(browser.calls).toEqual([])
  expect(await Promise.all([account.renew(true), account.renew(true)])).toEqual([true, true])
  expect(browser.calls).toEqual(['tab renew'])
})

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

test.each([
  ['succeeds', async () => me()],
  ['is refused', refused('unauthenticated')],
])('A sign-out while a renewal is under way wins, also if that %s', async (_how, answer) => {
  const [one, two] = [await browser.started('one'), await browser.started('two')]
  browser.answer.renew = async () => {
    await later()
    return answer()
  }
  const renewal = one.account.renew(true)
  await passes()
  await two.account.leave(false)
  await passes(100)
  expect(await renewal).toBe(false)
  expect(one.seen.at(-1)).toBe('signed-out left')
})
