import { expect, test } from '@jest/globals'
import { Servers, withUserOf } from './servers.ts'

const URL_OF_TWO = 'postgresql://u:p@a:1,b:2/d?x=y'

/** Servers that answer as they are told: by host, whether it takes writes, or an error. */
function open(
  answers: Record<string, boolean | Error>,
  wanted: 'primary' | 'any' = 'primary',
  databaseUrl = URL_OF_TWO,
) {
  const asked: string[] = []
  const servers = new Servers(databaseUrl, wanted, async (url) => {
    asked.push(url)
    const answer = answers[new URL(url).host]
    if (typeof answer !== 'boolean') throw answer ?? new Error('nobody there')
    return answer
  })
  return { servers, asked, answers }
}

test('The server that takes writes is found, wherever it stands in the list, and only once', async () => {
  const { servers, asked } = open({ 'a:1': false, 'b:2': true })
  const found = await Promise.all([servers.host(), servers.host()])
  found.push(await servers.host())
  expect(found).toEqual(Array.from({ length: 3 }, () => ({ host: 'b', port: 2 })))
  expect(asked).toEqual(['postgresql://u:p@a:1/d?x=y', 'postgresql://u:p@b:2/d?x=y'])
})

test('A server that hangs or refuses does not hide the one that takes writes', async () => {
  for (const answer of [new Error('ECONNREFUSED'), false]) {
    expect(await open({ 'a:1': answer, 'b:2': true }).servers.host()).toEqual({
      host: 'b',
      port: 2,
    })
  }
  const hanging = new Servers(URL_OF_TWO, 'primary', (url) =>
    new URL(url).host === 'a:1' ? new Promise(() => {}) : Promise.resolve(true),
  )
  expect(await hanging.host()).toEqual({ host: 'b', port: 2 })
})

test('If no server takes writes, the next question asks again', async () => {
  const { servers, answers } = open({ 'a:1': false, 'b:2': new Error('no') })
  await expect(servers.host()).rejects.toThrow('no server takes writes')
  answers['b:2'] = true
  expect(await servers.host()).toEqual({ host: 'b', port: 2 })
})

test('A server that was forgotten is looked for again', async () => {
  const { servers, answers } = open({ 'a:1': true, 'b:2': false })
  expect(await servers.host()).toEqual({ host: 'a', port: 1 })
  Object.assign(answers, { 'a:1': new Error('gone'), 'b:2': true })
  expect(await servers.host()).toEqual({ host: 'a', port: 1 })
  servers.forget()
  expect(await servers.host()).toEqual({ host: 'b', port: 2 })
})

const chosen = (url: string) => new Servers(url).areChosen

test('One server is asked only if its address says that it must take writes', () => {
  expect(chosen('postgresql://h/d')).toBe(false)
  expect(chosen('postgresql://h/d?target_session_attrs=any')).toBe(false)
  expect(chosen('postgresql://h/d?target_session_attrs=read-write')).toBe(true)
  expect(chosen('postgresql://a,b/d')).toBe(true)
  expect(chosen('postgresql:///d?host=/run/postgresql')).toBe(false)
})

test('An address takes the user of another one, and keeps its hosts', () => {
  expect(withUserOf(URL_OF_TWO, new URL('postgresql://v:q%40@pooler:6432/d'))).toBe(
    'postgresql://v:q%40@a:1,b:2/d?x=y',
  )
})

test('Of servers that are as good, the choices of many processes differ, and one that is away is passed over', async () => {
  const hosts = new Set<string>()
  for (let count = 0; count < 100; count++) {
    hosts.add((await open({ 'a:1': false, 'b:2': true }, 'any').servers.host()).host)
  }
  expect(hosts).toEqual(new Set(['a', 'b']))
  for (let count = 0; count < 20; count++) {
    const { servers } = open({ 'a:1': new Error('gone'), 'b:2': false }, 'any')
    expect(await servers.host()).toEqual({ host: 'b', port: 2 })
  }
  await expect(open({}, 'any').servers.host()).rejects.toThrow('no server answers')
})
