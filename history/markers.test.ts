import { beforeAll, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql, type Sql } from '../test/support/testLog.ts'
import type { LogWriter } from './logWriter.ts'
import { MAX_FOLLOWED } from './markers.ts'

const opened = disposables()
let log: LogWriter
let sql: Sql

beforeAll(async () => {
  const url = await testDatabase()
  log = openLog(url, opened)
  sql = openSql(url, opened)
})

const post = async (channel: string, given: Parameters<typeof draft>[0] = {}): Promise<number> =>
  (await log.append(draft({ channel, ...given }))).entry.position
const move = async (person: string, channel: string, position?: number): Promise<boolean> =>
  log.markers.move(person, await log.markers.marks([{ channel, position }]))
const look = async (person: string) => {
  const { markers } = await log.markers.read(person, {})
  const found = await log.markers.unread(person, markers)
  return found.map(({ channel, position, unread }) => [channel, position, unread])
}

describe('a marker', () => {
  test('counts what others have written after it, and no changes of messages', async () => {
    const first = await post('count')
    await move('reader', 'count')
    expect(await look('reader')).toEqual([['count', first, 0]])
    await post('count')
    await post('count', { about: { position: first, as: 'reply' } })
    await post('count', { about: { position: first, as: 'edit' } })
    await post('count', { about: { position: first, as: 'reaction' }, data: '"+1"' })
    await post('count', { sender: { id: 'reader', name: 'R' } })
    expect(await look('reader')).toEqual([['count', first, 2]])
  })

  test('only moves forward, and not beyond the head', async () => {
    await post('forward')
    const second = await post('forward')
    await move('walker', 'forward', 1_000_000)
    expect(await look('walker')).toEqual([['forward', second, 0]])
    await move('walker', 'forward', 1)
    expect(await look('walker')).toEqual([['forward', second, 0]])
    const third = await post('forward')
    await Promise.all([move('walker', 'forward', third), move('walker', 'forward', second)])
    expect(await look('walker')).toEqual([['forward', third, 0]])
  })

  test('of a log that went back counts by its time', async () => {
    await post('back')
    const kept = await post('back')
    await move('owner', 'back')
    const { epoch, position, id } = await log.head()
    await log.endEpoch(epoch, { position: position + 5, id })
    expect((await log.head()).epoch).not.toBe(epoch)
    expect(await look('owner')).toEqual([['back', kept, 0]])
    // A position that would have been read, if it were of the same epoch.
    await sql(`update "marker" set "position" = 1000000 where "principal" = 'owner'`)
    await post('back')
    expect(await look('owner')).toEqual([['back', kept, 1]])
    const newest = await post('back')
    await move('owner', 'back', newest)
    expect(await look('owner')).toEqual([['back', newest, 0]])
  })

  test('tells other devices what was changed since, also that a channel is no longer followed', async () => {
    await post('first')
    await post('second')
    await move('devices', 'first')
    await move('devices', 'second')
    const { version } = await log.markers.read('devices', {})
    expect(await log.markers.read('devices', { after: version })).toEqual({ version, markers: [] })
    await log.markers.leave('devices', 'first')
    const after = await log.markers.read('devices', { after: version })
    expect(after).toMatchObject({
      version: version + 1,
      markers: [{ channel: 'first', followed: false }],
    })
    expect(await look('devices')).toHaveLength(1)
    await move('devices', 'first')
    expect(await look('devices')).toHaveLength(2)
  })

  test('after more than the last version is everything: the database was set back', async () => {
    const { version, markers } = await log.markers.read('devices', { after: 1_000 })
    expect(version).toBeLessThan(1_000)
    expect(markers.length).toBeGreaterThan(1)
  })

  test('is refused if a person follows too many channels, and none of the move is kept', async () => {
    const many = Array.from({ length: MAX_FOLLOWED }, (_, at) => ({ channel: `many.${at}` }))
    expect(await log.markers.move('eager', await log.markers.marks(many))).toBe(true)
    expect(await move('eager', 'one.more')).toBe(false)
    expect(await move('eager', 'many.7')).toBe(true)
    expect(await look('eager')).toHaveLength(MAX_FOLLOWED)
  })

  test('counts a hundred messages at most', async () => {
    await move('lazy', 'busy', 0)
    for (let at = 0; at < 12; at++)
      await Promise.all(Array.from({ length: 10 }, () => post('busy')))
    expect(await look('lazy')).toEqual([['busy', 0, 100]])
  })
})
