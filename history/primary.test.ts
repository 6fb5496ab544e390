import { expect, test } from '@jest/globals'
import { Primary, withUserOf } from './primary.ts'

const URL_OF_TWO = 'postgresql://u:p@a:1,b:2/d?x=y'

/** Servers that answer as they are told: by host, whether it takes writes, or an error. */
function open(answers: Record<string, boolean | Error>, databaseUrl = URL_OF_TWO) {
  const asked: string[] = []
  const primary = new Primary(databaseUrl, async (url) => {
    asked.push(url)
    const answer = answers[new URL(url).host]
    if (typeof answer !== 'boolean') throw answer ?? new Error('nobody there')
    return answer
  })
  return { primary, asked, answers }
}

test('The server that takes writes is found, wherever it stands in the list, and only once', async () => {
  const { primary, asked } = open({ 'a:1': false, 'b:2': true })
  const found = await Promise.all([primary.host(), primary.host()])
  found.push(await primary.host())
  expect(found).toEqual(Array.from({ length: 3 }, () => ({ host: 'b', port: 2 })))
  expect(asked).toEqual(['postgresql://u:p@a:1/d?x=y', 'postgresql://u:p@b:2/d?x=y'])
})

test('A server that hangs or refuses does not hide the one that takes writes', async () => {
  for (const answer of [new Error('ECONNREFUSED'), false]) {
    expect(await open({ 'a:1': answer, 'b:2': true }).primary.host()).toEqual({
      host: 'b',
      port: 2,
    })
  }
  const hanging = new Primary(URL_OF_TWO, (url) =>
    new URL(url).host === 'a:1' ? new Promise(() => {}) : Promise.resolve(true),
  )
  expect(await hanging.host()).toEqual({ host: 'b', port: 2 })
})

test('If no server takes writes, the next question asks again', async () => {
  const { primary, answers } = open({ 'a:1': false, 'b:2': new Error('no') })
  await expect(primary.host()).rejects.toThrow('no server takes writes')
  answers['b:2'] = true
  expect(await primary.host()).toEqual({ host: 'b', port: 2 })
})

test('A server that was forgotten is looked for again', async () => {
  const { primary, answers } = open({ 'a:1': true, 'b:2': false })
  expect(await primary.host()).toEqual({ host: 'a', port: 1 })
  Object.assign(answers, { 'a:1': new Error('gone'), 'b:2': true })
  expect(await primary.host()).toEqual({ host: 'a', port: 1 })
  primary.forget()
  expect(await primary.host()).toEqual({ host: 'b', port: 2 })
})

const chosen = (url: string) => new Primary(url).isChosen

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
