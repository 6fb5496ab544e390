import { beforeAll, describe, expect, test } from '@jest/globals'
import type { LayoutFile } from '../../chassis/layoutFile.ts'
import { ChannelLogs } from '../../contract/channelLogs.ts'
import type { Message } from '../../contract/message.ts'
import { disposables } from '../../test/support/disposables.ts'
import { testDatabase } from '../../test/support/testDatabase.ts'
import { draft, openLog, openSql, type Sql } from '../../test/support/testLog.ts'
import type { LogWriter } from '../logWriter.ts'
import { spreadLog } from './spreadLog.ts'

const IDS = [1, 2, 3]
const layout: LayoutFile = { logs: IDS.map((id) => ({ id })), rules: [] }
const channelLogs = new ChannelLogs(IDS, [])
const CHANNELS = Array.from({ length: 12 }, (_, at) => `rooms.r${at}`)
const opened = disposables()
let url: string
let sql: Sql
let old: LogWriter
let logs: Map<number, LogWriter>

const messagesOf = async (log: LogWriter, channel: string): Promise<Message[]> => {
  const page = await log.page({ channels: [channel], limit: 100, order: 'asc', isFolded: false })
  return page.entries.map(({ json }): Message => JSON.parse(json))
}

beforeAll(async () => {
  url = await testDatabase()
  sql = openSql(url, opened)
  old = openLog(url, opened)
  for (let count = 0; count < 60; count++) {
    const channel = CHANNELS[count % CHANNELS.length] ?? ''
    const { entry } = await old.append(draft({ channel, key: `k${count}`, data: `${count}` }))
    if (count % 5 !== 0) continue
    const about = { position: entry.position }
    await old.append(draft({ channel, data: '"edited"', about: { ...about, as: 'edit' } }))
    await old.append(draft({ channel, data: '"+1"', about: { ...about, as: 'reaction' } }))
  }
  logs = new Map(IDS.map((id) => [id, openLog(url, opened, { logId: id })]))
})

const of = (channel: string): LogWriter => logs.get(channelLogs.logOf(channel)) ?? old

const plain = ({ id, data, sentAt, sender }: Message) => ({ id, data, sentAt, sender })

describe('one log that is spread over three', () => {
  test('is refused while messages wait in its outbox, and goes on', async () => {
    await sql(`select causeway_publish('lobby', '1')`)
    await expect(spreadLog({ databaseUrl: url, log: 0, layout })).rejects.toThrow('outbox')
    await old.moveOutbox(65_000)
    await old.append(draft())
  })

  test('takes no number that it has itself', async () => {
    const same = { logs: [{ id: 0 }, { id: 1 }], rules: [] }
    await expect(spreadLog({ databaseUrl: url, log: 0, layout: same })).rejects.toThrow('than 0')
  })

  test('keeps each channel’s messages in their order, in the log of the channel, without holes', async () => {
    const before = new Map<string, Message[]>()
    for (const channel of CHANNELS) before.set(channel, await messagesOf(old, channel))
    const epoch = (await old.head()).epoch
    const spread = await spreadLog({ databaseUrl: url, log: 0, layout })
    expect(spread.map(({ log }) => log)).toEqual(IDS)
    const { position } = await old.head()
    expect(spread.reduce((sum, { messages }) => sum + messages, 0)).toBe(position)
    for (const channel of CHANNELS) {
      const was = before.get(channel) ?? []
      const now = await messagesOf(of(channel), channel)
      expect(now.map(plain)).toEqual(was.map(plain))
      expect(now.map(({ previous }) => previous)).toEqual([
        0,
        ...now.slice(0, -1).map(({ position: at }) => at),
      ])
    }
    for (const [id, log] of logs) {
      const head = await log.head()
      expect(head.epoch).not.toBe(epoch)
      const rows = await sql<{ position: number }>(
        `select "position"::int as "position" from "message" where "log_id" = ${id} order by 1`,
      )
      expect(rows.map(({ position: at }) => at)).toEqual(rows.map((_, at) => at + 1))
      expect(head.position).toBe(rows.length)
    }
  })

  test('keeps what is about a message, and the keys', async () => {
    const [channel = ''] = CHANNELS
    const log = of(channel)
    const page = await log.page({ channels: [channel], limit: 100, order: 'asc', isFolded: true })
    expect(JSON.parse(page.entries[0]?.json ?? '')).toMatchObject({ data: 'edited' })
    const again = await log.append(draft({ channel, key: 'k0', data: '0' }))
    expect(again).toMatchObject({ repeated: true })
  })

  test('goes on in the new logs, and takes nothing in the old one', async () => {
    const channel = CHANNELS[3] ?? ''
    const { position } = await of(channel).head()
    const { entry } = await of(channel).append(draft({ channel }))
    expect(entry.position).toBe(position + 1)
    await expect(old.append(draft({ channel }))).rejects.toMatchObject({ type: 'unavailable' })
    expect((await messagesOf(old, channel)).length).toBeGreaterThan(4)
  })

  test('is not spread twice', async () => {
    await expect(spreadLog({ databaseUrl: url, log: 0, layout })).rejects.toThrow('not in this')
  })
})
