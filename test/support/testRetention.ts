import type { LogWriter } from '../../history/logWriter.ts'
import { RetentionLog, type Bound, type WriteArchive } from '../../history/retention.ts'
import type { Opened } from './disposables.ts'
import { testDatabase } from './testDatabase.ts'
import { cutIntoPartitions, draft, openLog, openSql, type Sql } from './testLog.ts'

export const ALL = { after: 0, upTo: 100 }
/** Of each of these channels, the messages up to a position go. */
export const upTo =
  (ends: Record<string, number>) =>
  (channel: string, position: number): boolean =>
    position <= (ends[channel] ?? 0)
export const keep = (channel: string, count: number): Bound => ({ channel, keep: count })

/** A log with the positions 1 to 10: a channel `a` with the odd ones and `b` with the even ones. */
export class TestRetention {
  readonly url: string
  readonly sql: Sql
  readonly history: LogWriter
  readonly #opened: Opened

  private constructor(opened: Opened, url: string) {
    this.url = url
    this.sql = openSql(url, opened)
    this.history = openLog(url, opened)
    this.#opened = opened
  }

  static async start(opened: Opened, partitionSize?: number): Promise<TestRetention> {
    const test = new TestRetention(opened, await testDatabase())
    if (partitionSize !== undefined) await cutIntoPartitions(test.sql, partitionSize, 10)
    await test.append(10)
    return test
  }

  append(count: number): Promise<unknown> {
    return Promise.all(
      Array.from({ length: count }, (_, at) =>
        this.history.append(draft({ channel: 'ab'[at % 2] ?? '' })),
      ),
    )
  }

  open(archive?: WriteArchive): RetentionLog {
    const log = new RetentionLog({ databaseUrl: this.url, logId: 0, onError: () => {}, archive })
    this.#opened.add(() => log.close())
    return log
  }

  /** What is left of a channel, and what its row says: low, removed. */
  async left(channel: string): Promise<unknown> {
    const { entries, low, head } = await this.history.page({
      channels: [channel],
      limit: 100,
      order: 'asc',
    })
    const { messages } = await this.history.channel(channel)
    return { is: entries.map(({ position }) => position), low, head, messages }
  }
}
