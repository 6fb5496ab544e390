import { expect, jest, test } from '@jest/globals'
import { Turns } from './turns.ts'

/** Work that ends when it is told to. */
class Work {
  #settle: { resolve: (name: string) => void; reject: (error: Error) => void } | undefined
  readonly #ended = new Promise<string>((resolve, reject) => (this.#settle = { resolve, reject }))
  readonly #name: string
  readonly #begun: string[]

  constructor(name: string, begun: string[]) {
    this.#name = name
    this.#begun = begun
  }

  readonly run = (): Promise<string> => {
    this.#begun.push(this.#name)
    return this.#ended
  }

  end(): void {
    this.#settle?.resolve(this.#name)
  }

  fail(): void {
    this.#settle?.reject(new Error(this.#name))
  }
}

const settled = () => new Promise(setImmediate)

test('Only so much work runs at once, and the rest in the order of coming', async () => {
  const begun: string[] = []
  const turns = new Turns(2)
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => new Work(name, begun))
  const all = [a, b, c, d].map((each) => turns.take(() => each?.run() ?? Promise.reject()))
  await settled()
  expect(begun).toEqual(['a', 'b'])
  b?.end()
  await settled()
  expect(begun).toEqual(['a', 'b', 'c'])
  for (const each of [a, c, d]) each?.end()
  expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd'])
})

test('Work that fails tells its caller, and gives its place back', async () => {
  const begun: string[] = []
  const turns = new Turns(1)
  const [a, b, c] = [new Work('a', begun), new Work('b', begun), new Work('c', begun)]
  const first = turns.take(a.run)
  const second = turns.take(b.run)
  a.fail()
  await expect(first).rejects.toThrow('a')
  b.end()
  expect(await second).toBe('b')
  // The place that nobody waited for is there for the next one, and it is one place.
  const [third, fourth] = [turns.take(c.run), turns.take(new Work('d', begun).run)]
  await settled()
  expect(begun).toEqual(['a', 'b', 'c'])
  c.end()
  expect(await third).toBe('c')
  await settled()
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
  void fourth
})

test('Work that comes while a place is passed on waits behind the work that waits', async () => {
  const begun: string[] = []
  const turns = new Turns(1)
  const [a, b] = [new Work('a', begun), new Work('b', begun)]
  const first = turns.take(a.run)
  const second = turns.take(b.run)
  a.end()
  const late = first.then(() => turns.take(async () => void begun.push('late')))
  b.end()
  await Promise.all([second, late])
  expect(begun).toEqual(['a', 'b', 'late'])
})

test('A place rests for as long as its work says, whose answer does not wait for that', async () => {
  jest.useFakeTimers()
  try {
    const begun: string[] = []
    const turns = new Turns(1)
    const [a, b] = [new Work('a', begun), new Work('b', begun)]
    const first = turns.take(a.run, (answer) => (answer === 'a' ? 200 : 0))
    const second = turns.take(b.run)
    a.end()
    expect(await first).toBe('a')
    await jest.advanceTimersByTimeAsync(199)
    expect(begun).toEqual(['a'])
    await jest.advanceTimersByTimeAsync(1)
    expect(begun).toEqual(['a', 'b'])
    b.end()
    expect(await second).toBe('b')
  } finally {
    jest.useRealTimers()
  }
})

test('Work that fails lets its place rest for no time', async () => {
  const begun: string[] = []
  const turns = new Turns(1)
  const work = new Work('a', begun)
  const failing = turns.take(work.run, () => 3_600_000)
  work.fail()
  await expect(failing).rejects.toThrow('a')
  expect(await turns.take(async () => 'b')).toBe('b')
})
