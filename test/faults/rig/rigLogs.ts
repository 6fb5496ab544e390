import { join } from 'node:path'
import { type LayoutLog, layoutText, parseLayoutFile } from '../../../chassis/layoutFile.ts'
import { ChannelLogs } from '../../../contract/channelLogs.ts'
import type { Addresses } from '../../../stack/secret.ts'
import type { Stack } from '../../../stack/stack.ts'

/** The logs of a system, and where they are. Its layout has no rules. */
export class RigLogs {
  /** By their numbers, in order. */
  readonly ids: readonly number[]
  readonly channelLogs: ChannelLogs
  readonly #logs: readonly LayoutLog[]
  readonly #stack: Stack
  readonly #moved = new Map<number, string>()

  constructor(stack: Stack) {
    const parsed = parseLayoutFile(layoutText(join(stack.dir, 'layout.json')))
    // One log has no file.
    this.#logs = 'file' in parsed ? parsed.file.logs : [{ id: 0 }]
    this.#stack = stack
    this.ids = this.#logs.map(({ id }) => id)
    this.channelLogs = new ChannelLogs(this.ids, [])
  }

  /** The administrator's address of a log's database. */
  databaseUrlOf(log: number): string {
    return this.#moved.get(log) ?? this.#urlOf(log, 'postgres') ?? this.#stack.databaseUrl
  }

  redisUrlOf(log: number): string {
    return this.#urlOf(log, 'redis') ?? this.#stack.redisUrl
  }

  /** The layout's file; undefined for one log. */
  get file(): string | undefined {
    return this.ids.length === 1 ? undefined : join(this.#stack.dir, 'layout.json')
  }

  /** The addresses of the services' own users for a log's Postgres, by the names of their variables. */
  usersOf(log: number): Addresses {
    const name = this.#logs.find(({ id }) => id === log)?.postgres
    return this.#stack.named?.find((each) => each.name === name)?.addresses ?? this.#stack.addresses
  }

  /** Another database has the log now. */
  move(log: number, databaseUrl: string): void {
    this.#moved.set(log, databaseUrl)
  }

  /** Logs on a server that the layout names; without a name, on the first of its kind. */
  on(kind: 'postgres' | 'redis' | 'broker', name?: string): number[] {
    return this.#logs.filter((log) => log[kind] === name).map(({ id }) => id)
  }

  /** So many channels for each log, whose names begin alike. */
  channels(word: string, ofEach: number): string[] {
    const found: string[] = []
    const counts = new Map(this.ids.map((id) => [id, 0]))
    for (let at = 0; found.length < ofEach * this.ids.length; at++) {
      const name = `${word}.c${at}`
      const log = this.channelLogs.logOf(name)
      const count = counts.get(log) ?? 0
      if (count === ofEach) continue
      counts.set(log, count + 1)
      found.push(name)
    }
    return found
  }

  #urlOf(log: number, kind: 'postgres' | 'redis'): string | undefined {
    const name = this.#logs.find(({ id }) => id === log)?.[kind]
    return this.#stack.named?.find((each) => each.kind === kind && each.name === name)?.url
  }
}
