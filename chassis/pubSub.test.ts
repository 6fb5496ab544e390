import { EventEmitter } from 'node:events'
import { expect, test } from '@jest/globals'
import type { Redis } from 'ioredis'
import { PubSub } from './pubSub.ts'

/** A connection that writes down its commands; a server without sharded pub/sub knows no SPUBLISH. */
class FakeRedis extends EventEmitter {
  readonly commands: [command: string, names: number, first: string | undefined][] = []
  isSharded = true
  fails = false

  readonly subscribe = (...names: string[]) => this.#take('subscribe', names)
  readonly ssubscribe = (...names: string[]) => this.#take('ssubscribe', names)
  readonly unsubscribe = (...names: string[]) => this.#take('unsubscribe', names)
  readonly sunsubscribe = (...names: string[]) => this.#take('sunsubscribe', names)
  readonly command = async (): Promise<unknown[]> => [this.isSharded ? ['spublish'] : null]

  /** The failures that somebody handled. */
  handled = 0

  #take(command: string, names: string[]): Promise<void> {
    this.commands.push([command, names.length, names[0]])
    if (!this.fails) return Promise.resolve()
    const failure = Promise.reject(new Error('Connection is closed.'))
    const handle = failure.catch.bind(failure)
    failure.catch = (handler) => {
      this.handled++
      return handle(handler)
    }
    return failure
  }
}

function open() {
  const redis = new FakeRedis()
  const events: string[] = []
  // It has what PubSub uses.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const pubSub = new PubSub(redis as unknown as Redis, (name, payload) => {
    events.push(`${name} ${payload}`)
  })
  return { redis, pubSub, events }
}

const names = (count: number) => Array.from({ length: count }, (_, at) => `n${at}`)
const all = () => true

test('Messages of both kinds of subscription arrive', () => {
  const { redis, events } = open()
  redis.emit('message', 'a', 'one')
  redis.emit('smessage', 'b', 'two')
  expect(events).toEqual(['a one', 'b two'])
})

test('Names are subscribed in commands of at most 500', async () => {
  const { redis, pubSub } = open()
  await pubSub.subscribe(names(1_001), all)
  pubSub.unsubscribe(names(501))
  expect(redis.commands).toEqual([
    ['ssubscribe', 500, 'n0'],
    ['ssubscribe', 500, 'n500'],
    ['ssubscribe', 1, 'n1000'],
    ['sunsubscribe', 500, 'n0'],
    ['sunsubscribe', 1, 'n500'],
  ])
})

test('A server without sharded pub/sub gets plain commands, until another one has it', async () => {
  const { redis, pubSub } = open()
  for (const isSharded of [false, true]) {
    redis.isSharded = isSharded
    await pubSub.connected()
    await pubSub.subscribe(['a'], all)
    pubSub.unsubscribe(['a'])
  }
  expect(redis.commands.map(([command]) => command)).toEqual([
    'subscribe',
    'unsubscribe',
    'ssubscribe',
    'sunsubscribe',
  ])
})

test('A name that nobody wants any more when its turn comes is not subscribed', async () => {
  const { redis, pubSub } = open()
  const wanted = new Set(names(1_000))
  const done = pubSub.subscribe(names(1_000), (name) => wanted.has(name))
  // The second command has not been given yet.
  for (const name of names(1_000).slice(501)) wanted.delete(name)
  await done
  expect(redis.commands).toEqual([
    ['ssubscribe', 500, 'n0'],
    ['ssubscribe', 1, 'n500'],
  ])
})

test('No command is given for no name', async () => {
  const { redis, pubSub } = open()
  await pubSub.subscribe(names(3), () => false)
  await pubSub.subscribe([], all)
  pubSub.unsubscribe([])
  expect(redis.commands).toEqual([])
})

test('A subscription that fails is told at once, and an unsubscription that fails harms nobody', async () => {
  const { redis, pubSub } = open()
  redis.fails = true
  await expect(pubSub.subscribe(names(501), all)).rejects.toThrow('Connection is closed.')
  expect(redis.commands).toHaveLength(1)
  pubSub.unsubscribe(['a'])
  expect(redis.handled).toBe(1)
})
