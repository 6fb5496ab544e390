import { describe, expect, test } from '@jest/globals'
import { engineNames } from './openEngines.ts'
import { Site } from './site.ts'

const site = new Site()

test('People in all engines chat with each other, and each sees all once and in one order', async () => {
  const people = await Promise.all(engineNames.map((name) => site.person(name, 'engines')))
  const texts = engineNames.map((name) => `from ${name} \u{1f30a} 日本`)
  for (const [at, person] of people.entries()) {
    await person.say(String(texts[at]))
    for (const other of people) await other.seesText(String(texts[at]))
  }
  for (const person of people) expect(await person.texts()).toEqual(texts)
  expect(await site.stored('engines')).toEqual(texts)
}, 240_000)

describe.each(engineNames)('in %s', (engine) => {
  test('a draft stays with its channel, over the way back and forward and over a reload', async () => {
    const person = await site.person(engine, `draft.a.${engine}`)
    await person.type('for a')
    await person.tab.goto(`${site.origin}/#/draft.b.${engine}`)
    await person.sees(`document.querySelector('#text')?.value === ''`)
    await person.type('for b')
    await person.tab.back()
    await person.sees(`document.querySelector('#text')?.value === 'for a'`)
    await person.tab.forward()
    await person.sees(`document.querySelector('#text')?.value === 'for b'`)
    await person.tab.reload()
    await person.sees(`document.querySelector('#text')?.value === 'for b'`)
    await person.until('live')
    await person.tab.press('Enter')
    expect(await site.stored(`draft.a.${engine}`)).toEqual([])
  }, 120_000)

  test('the Enter that ends a composition sends nothing, in the order of each engine', async () => {
    const person = await site.person(engine, `ime.${engine}`)
    await person.type('nihon')
    const press = (fields: string) =>
      person.tab.evaluate(
        `document.querySelector('#text').dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true, ${fields}}))`,
      )
    // While it composes, and as Safari says it: after the composition, by a code that means "for the input method".
    await press('isComposing: true')
    await press('keyCode: 229')
    expect(await person.draft()).toBe('nihon')
    await person.say(' go')
    expect(await site.stored(`ime.${engine}`)).toEqual(['nihon go'])
  }, 120_000)

  test('a text of several lines is pasted, sent and shown as it is', async () => {
    const person = await site.person(engine, `paste.${engine}`)
    const text = 'one\n    two\n\nthree'
    await person.tab.evaluate('document.querySelector("#text").focus()')
    const pasted = `document.execCommand('insertText', false, ${JSON.stringify(text)})`
    expect(await person.tab.evaluate(pasted)).toBe(true)
    await person.tab.press('Enter')
    await person.seesSent('three')
    expect(await site.stored(`paste.${engine}`)).toEqual([text])
  }, 120_000)

  test('hostile texts are texts: nothing runs, nothing loads, and nothing is wider than the page', async () => {
    const person = await site.person(engine, `hostile.${engine}`)
    const texts = [
      '<img src=x onerror="document.title=1">',
      '[x](javascript:document.title=1) <script>document.title=1</script>',
      '![a](https://example.org/a.png)',
      'W'.repeat(3_000),
      `https://example.org/${'a'.repeat(1_200)}`,
      `Z${'\u0301'.repeat(500)}`,
      '\u202egnp.exe \u2066x',
      `${'> '.repeat(60)}deep`,
      '`'.repeat(501),
    ]
    for (const text of texts) await site.post(`hostile.${engine}`, text)
    await person.sees(`document.querySelectorAll('.message .text').length === ${texts.length}`)
    await person.say('still here')
    const state = await person.tab.evaluate<unknown[]>(`[
      document.title === '1',
      document.querySelectorAll('.text script, .text img, .text iframe').length,
      [...document.querySelectorAll('.text a')].filter((a) => !/^https?:$/.test(a.protocol)).length,
      document.documentElement.scrollWidth > innerWidth,
    ]`)
    expect(state).toEqual([false, 0, 0, false])
  }, 120_000)
})
