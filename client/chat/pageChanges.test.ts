import { expect, test } from '@jest/globals'
import { ChatFixture } from './pageFixture.ts'

const chat = new ChatFixture()
const bubble = () => chat.page.locator('.message')

test('What becomes of a message is shown in it: an edit, reactions, and a deletion', async () => {
  const { position } = chat.log.append('teh')
  await chat.open()
  await chat.until('live')
  chat.log.append('the', { about: { position, as: 'edit' } })
  await bubble().getByText('the', { exact: true }).waitFor()
  expect(await bubble().locator('.edited').textContent()).toBe('edited')
  for (const id of ['bob', 'eve']) {
    const sender = { id, name: id }
    chat.log.append('', { about: { position, as: 'reaction' }, data: '<b>👍</b>', sender })
  }
  const reaction = bubble().locator('.reaction')
  await reaction.getByText('<b>👍</b> 2').waitFor()
  expect(await reaction.getAttribute('title')).toBe('bob, eve')
  chat.log.append('', { about: { position, as: 'delete' }, data: null })
  await bubble().getByText('This message was deleted.').waitFor()
  expect([await bubble().count(), await reaction.count()]).toEqual([1, 0])
})

test('A connection that broke says so in words, with the time until the next attempt', async () => {
  await chat.open()
  await chat.until('live')
  chat.log.refuse.events = { status: 503, type: 'unavailable' }
  chat.server.cut()
  await chat.until('reconnecting')
  const connection = chat.page.locator('#connection')
  await chat.page.waitForFunction(() =>
    document.querySelector('#connection')?.getAttribute('title')?.includes('busy or away'),
  )
  await connection.getByText(/^in \d+ s$/).waitFor()
  delete chat.log.refuse.events
  await chat.until('live')
  expect(await connection.getAttribute('title')).toBe('Connected')
})
