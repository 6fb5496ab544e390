import { describe, expect, test } from '@jest/globals'
import { waitFor } from '../support/waitFor.ts'
import { engineNames } from './openEngines.ts'
import { Person } from './person.ts'
import { Site } from './site.ts'

const site = new Site()
const TABS = 10

/** Requests that nginx is answering now, without the one that asks. */
async function answering(): Promise<number> {
  const edge = site.stack.processes.find(({ role }) => role === 'nginx')
  const status = await (await fetch(String(edge?.metricsUrl))).text()
  return Number(/Writing: (\d+)/.exec(status)?.[1]) - 1
}

describe.each(engineNames)('in %s', (engine) => {
  test('ten tabs have one stream at nginx, and the tenth can send to all', async () => {
    const profile = await site.profile(engine)
    const people: Person[] = []
    await waitFor(async () => (await site.streams()) === 0)
    const at = await answering()
    while (people.length < TABS) {
      const person = new Person(await profile.tab())
      await person.open(site.origin, `tabs.${engine}`)
      people.push(person)
    }
    await waitFor(async () => (await site.streams()) === 1)
    await waitFor(async () => (await answering()) === at + 1)
    await people.at(-1)?.say('from the tenth')
    for (const person of people) await person.seesText('from the tenth')
    expect(await Promise.all(people.map((person) => person.texts()))).toEqual(
      people.map(() => ['from the tenth']),
    )
    expect([await site.streams(), await site.stored(`tabs.${engine}`)]).toEqual([
      1,
      ['from the tenth'],
    ])
  }, 300_000)

  test('messages written without a network arrive once and in order, also over a reload and a crash', async () => {
    const channel = `offline.${engine}`
    const profile = await site.profile(engine)
    let tab = await profile.tab()
    let person = new Person(tab)
    await person.open(site.origin, channel)
    await person.say('before')
    await site.proxy.set({ kind: 'dropReplyOnce' })
    await person.write('answer lost')
    await site.proxy.set({ kind: 'refuse' })
    await person.until('reconnecting')
    const texts = Array.from({ length: 5 }, (_, n) => `offline ${n}`)
    for (const text of texts) await person.write(text)
    await site.proxy.set({ kind: 'pass' })
    await tab.reload()
    if (tab.crash !== undefined) {
      await tab.crash()
      tab = await profile.tab()
      await tab.goto(`${site.origin}/#/${channel}`)
      person = new Person(tab)
    }
    await person.seesText('offline 4')
    const all = ['before', 'answer lost', ...texts]
    await waitFor(async () => (await site.stored(channel)).length >= all.length, 60)
    await person.say('after')
    expect(await site.stored(channel)).toEqual([...all, 'after'])
    expect(await person.texts()).toEqual([...all, 'after'])
  }, 300_000)

  test('a killed gateway, a cut link and a silent one lose nothing and show nothing twice', async () => {
    const channel = `cuts.${engine}`
    const person = await site.person(engine, channel)
    await site.post(channel, 'one')
    await person.seesText('one')
    await site.proxy.set({ kind: 'refuse' })
    await person.until('reconnecting')
    await person.sees(`document.querySelector('#connection [role=status]').textContent.length > 5`)
    await site.post(channel, 'two')
    await site.proxy.set({ kind: 'latency', ms: 200, jitter: 200 })
    await person.seesText('two')
    await site.proxy.set({ kind: 'pass' })
    const [gateway] = site.stack.processes.filter(({ role }) => role === 'gateway')
    gateway?.kill('SIGKILL')
    await site.post(channel, 'three')
    await person.seesText('three')
    expect(await person.texts()).toEqual(['one', 'two', 'three'])
  }, 180_000)

  test('a clock that is set back an hour, and one that leaps ahead as after sleep, stop nothing', async () => {
    const channel = `clock.${engine}`
    const person = await site.person(engine, channel)
    await person.shift(-3_600_000)
    await site.proxy.set({ kind: 'refuse' })
    await person.until('reconnecting')
    await person.shift(7_200_000)
    await site.proxy.set({ kind: 'pass' })
    await site.post(channel, 'on time')
    await person.seesText('on time')
    await person.say('and back')
    expect(await site.stored(channel)).toEqual(['on time', 'and back'])
  }, 180_000)
})
