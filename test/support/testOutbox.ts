import { expect } from '@jest/globals'
import { readEntry } from '../../contract/message.ts'
import type { LogWriter } from '../../history/logWriter.ts'
import type { Moved } from '../../history/outbox.ts'
import type { Opened } from './disposables.ts'
import { openLog, openSql, type Sql } from './testLog.ts'

/** For a message as an event. */
const MAX_EVENT_BYTES = 2_000

/** The outbox of a database, from both of its sides. */
export class TestOutbox {
  readonly sql: Sql
  readonly log: LogWriter

  private constructor(sql: Sql, log: LogWriter) {
    this.sql = sql
    this.log = log
  }

  static async open(opened: Opened, url: string): Promise<TestOutbox> {
    const outbox = new TestOutbox(openSql(url, opened, 8), openLog(url, opened))
    // So that the database knows the limit.
    await outbox.move()
    return outbox
  }

  async empty(): Promise<void> {
    await this.sql('delete from "outbox"')
  }

  /** As an application; `more` are further arguments. */
  publish(channel: string, data: string, more = ''): Promise<unknown> {
    const statement = `select causeway_publish($1, $2::json, sender => 'service:shop'${more})`
    return this.sql(statement, channel, data)
  }

  move(by = this.log): Promise<Moved[]> {
    return by.moveOutbox(MAX_EVENT_BYTES)
  }
}

/** The messages that were moved, parsed. */
export async function messagesOf(moved: Moved[] | Promise<Moved[]>) {
  return (await moved).map((each) => {
    if ('refused' in each) throw new Error(each.cause)
    const { json, channel } = each.appended.entry
    expect(readEntry(channel, json)).toEqual(each.appended.entry)
    return JSON.parse(json)
  })
}
