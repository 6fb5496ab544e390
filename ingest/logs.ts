import type { ChannelLogs } from '../contract/channelLogs.ts'
import type { ChannelInfo } from '../contract/history.ts'
import type { Entry } from '../contract/message.ts'
import type { Clocks } from '../history/clocks.ts'
import type { LogWriter } from '../history/logWriter.ts'
import type { OutboxState } from '../history/outboxState.ts'
import type { SearchState } from '../history/searchState.ts'
import type {
  Appended,
  ChannelNames,
  ChannelNamesQuery,
  Draft,
  MessagesAt,
  Page,
  PageQuery,
  RestQuery,
} from '../history/types.ts'
import type { Versions } from '../history/versions.ts'
import { lastMessagesOf, namesOf } from './channelsOfLogs.ts'

/** What it needs of each log. */
type OneLog = Pick<
  LogWriter,
  | 'append'
  | 'page'
  | 'message'
  | 'versions'
  | 'channel'
  | 'channelNames'
  | 'messagesAt'
  | 'check'
  | 'clocks'
  | 'outbox'
  | 'searchState'
>

/** All logs as one: what is about a channel goes to the channel's log. */
export class Logs<Log extends OneLog = OneLog> {
  /** By number. */
  readonly all: ReadonlyMap<number, Log>
  readonly #channelLogs: ChannelLogs

  /** `all` has every log that a channel may belong to. */
  constructor(all: ReadonlyMap<number, Log>, channelLogs: ChannelLogs) {
    this.all = all
    this.#channelLogs = channelLogs
  }

  /** The number of a channel's log. */
  readonly logOf = (channel: string): number => this.#channelLogs.logOf(channel)

  /** A log by its number. */
  get(id: number): Log {
    const log = this.all.get(id)
    if (log === undefined) throw new Error(`there is no log ${id} in the layout`)
    return log
  }

  append(draft: Draft): Promise<Appended> {
    return this.#of(draft.channel).append(draft)
  }

  message(channel: string, position: number, isFolded?: boolean): Promise<Entry | undefined> {
    return this.#of(channel).message(channel, position, isFolded)
  }

  versions(channel: string, position: number, after: number): Promise<Versions | undefined> {
    return this.#of(channel).versions(channel, position, after)
  }

  channel(name: string): Promise<ChannelInfo> {
    return this.#of(name).channel(name)
  }

  /** Of channels that are all of one log. */
  page(query: PageQuery | RestQuery): Promise<Page> {
    return this.#of(query.channels[0] ?? '').page(query)
  }

  channelNames(query: ChannelNamesQuery): Promise<ChannelNames> {
    return namesOf(this.all, this.#channelLogs, query)
  }

  /** Of channels of any logs. */
  lastMessages(channels: readonly ChannelInfo[]): Promise<MessagesAt> {
    return lastMessagesOf(channels, (channel) => this.#of(channel))
  }

  /** Rejects if no log can be used: while some can, their channels are served. */
  async check(): Promise<void> {
    const checks = this.#logs.map((log) => log.check())
    await Promise.any(checks).catch(() => Promise.all(checks))
  }

  /** Of the log whose database's clock is furthest from this process's; and of the newest message of all. */
  get clocks(): Clocks {
    const all = this.#logs.map(({ clocks }) => clocks)
    const differences = all.map(({ difference }) => difference)
    return {
      difference: differences.reduce((most, one) => (Math.abs(one) > Math.abs(most) ? one : most)),
      lastAt: Math.max(...all.map(({ lastAt }) => lastAt)),
    }
  }

  /** What is in all outboxes together. */
  async outbox(): Promise<OutboxState> {
    const states = await Promise.all(this.#logs.map((log) => log.outbox()))
    return states.reduce((sum, state) => ({
      waiting: sum.waiting + state.waiting,
      refused: sum.refused + state.refused,
      oldestSeconds: Math.max(sum.oldestSeconds, state.oldestSeconds),
    }))
  }

  /** What all searches together do not find yet. */
  async searchState(): Promise<SearchState> {
    const states = await Promise.all(this.#logs.map((log) => log.searchState()))
    return states.reduce((sum, state) => ({
      newer: sum.newer + state.newer,
      older: sum.older + state.older,
    }))
  }

  get #logs(): Log[] {
    return [...this.all.values()]
  }

  #of(channel: string): Log {
    return this.get(this.#channelLogs.logOf(channel))
  }
}
