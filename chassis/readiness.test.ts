import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { createLogger } from './logger.ts'
import { createReadiness, NotReady } from './readiness.ts'

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] })
})
afterEach(() => {
  jest.useRealTimers()
})

/** A check on a service whose state the test sets. */
function check() {
  const service = { draining: false, asked: 0, ready: (): Promise<void> => Promise.resolve() }
  const lines: unknown[] = []
  const write = (line: string): void => {
    const { level, msg, err }: { level: string; msg: string; err?: Error } = JSON.parse(line)
    lines.push([level, msg, ...(err === undefined ? [] : [err.message])])
  }
  const probe = createReadiness({
    ready: () => {
      service.asked += 1
      return service.ready()
    },
    logger: createLogger('test', 'info', { write }),
    isDraining: () => service.draining,
  })
  return { service, lines, probe }
}

const fail = (why: string) => () => Promise.reject(new Error(why))
const hang = () => new Promise<void>(() => {})

test('A service that is ready passes every probe, and its log says so once', async () => {
  const { service, lines, probe } = check()
  for (let probes = 0; probes < 3; probes++) await probe()
  expect([service.asked, lines]).toEqual([3, [['info', 'ready']]])
})

test('A service that lasts in failing fails every probe, and its log says why once', async () => {
  const { service, lines, probe } = check()
  service.ready = fail('no database')
  for (let probes = 0; probes < 3; probes++) await expect(probe()).rejects.toThrow('not ready')
  expect([service.asked, lines]).toEqual([3, [['warn', 'not ready', 'no database']]])
})

test('Each change of readiness is logged', async () => {
  const { service, lines, probe } = check()
  const words = () => lines.map((line) => String(line).split(',')[1])
  await probe()
  service.ready = fail('no database')
  await expect(probe()).rejects.toThrow('not ready')
  service.ready = () => Promise.resolve()
  await probe()
  service.ready = fail('no broker')
  await expect(probe()).rejects.toThrow('not ready')
  expect(words()).toEqual(['ready', 'not ready', 'ready', 'not ready'])
})

test('A probe that fails tells neither the error nor its status to the answer', async () => {
  const { service, probe } = check()
  service.ready = () => Promise.reject(Object.assign(new Error('secret'), { status: 200 }))
  const error: unknown = await probe().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(NotReady)
  expect(String(error)).not.toMatch('secret')
  for (const field of ['status', 'cause', 'causes']) expect(error).not.toHaveProperty(field)
})

test('A service that hangs fails its probe after a second, and is asked once for all probes', async () => {
  const { service, lines, probe } = check()
  service.ready = hang
  const results: string[] = []
  const begin = () => void probe().catch((error: Error) => results.push(error.message))
  begin()
  begin()
  await jest.advanceTimersByTimeAsync(999)
  expect(results).toEqual([])
  await jest.advanceTimersByTimeAsync(1)
  expect(results).toEqual(['not ready', 'not ready'])
  begin()
  await jest.advanceTimersByTimeAsync(1_000)
  expect([service.asked, results.length, lines.length]).toEqual([1, 3, 1])
})

test('A service that answers late is asked again by the next probe, whatever the answer was', async () => {
  for (const late of ['resolve', 'reject'] as const) {
    const { service, probe } = check()
    let settle: (() => void) | undefined
    service.ready = () =>
      new Promise<void>((resolve, reject) => {
        settle = late === 'resolve' ? resolve : () => reject(new Error('too late'))
      })
    const first = probe().catch((error: Error) => error.message)
    await jest.advanceTimersByTimeAsync(1_000)
    expect(await first).toBe('not ready')
    settle?.()
    service.ready = () => Promise.resolve()
    await jest.advanceTimersByTimeAsync(0)
    await probe()
    expect(service.asked).toBe(2)
  }
})

test('A service that drains is not ready, is not asked, and its log does not repeat it', async () => {
  const { service, lines, probe } = check()
  await probe()
  service.draining = true
  await expect(probe()).rejects.toThrow(new NotReady('draining'))
  await expect(probe()).rejects.toBeInstanceOf(NotReady)
  expect([service.asked, lines]).toEqual([1, [['info', 'ready']]])
})
