import type { SourceOptions } from './source.ts'
import type { News, SourceKind } from './streamState.ts'
import { MAX_PRESENCE_CHANNELS } from '../../contract/presence.ts'

/** What a source is about: see `SourceOptions`. */
export type Topics = Pick<SourceOptions, 'channels' | 'presence' | 'signals'>

/** A source that somebody asks for, under an id of their choice. */
export interface SourceRequest extends Topics {
  id: string
  by: SourceKind
  /** An event id or a position. */
  since: string
  /** They had a source before, and were not content with it. */
  again: boolean
}

/** What an older version of this code does not ask for. */
export const NO_TOPICS = { presence: [], signals: [] }

export const TOPICS = ['channels', 'presence', 'signals'] as const

/** All that some requests are about, and more channels. */
export function topicsOf(
  requests: ReadonlyMap<string, Topics>,
  more: readonly string[] = [],
): Topics {
  const all = (topic: keyof Topics, others: readonly string[] = []): string[] => [
    ...new Set([...requests.values()].flatMap((each) => each[topic]).concat(others)),
  ]
  return {
    channels: all('channels', more),
    presence: all('presence').slice(0, MAX_PRESENCE_CHANNELS),
    signals: all('signals'),
  }
}

/** Whether news are for somebody who listens to these channels. */
export function concerns(news: News, { channels, presence, signals }: Topics): boolean {
  if (news.is === 'presence') return presence.includes(news.presence.channel)
  if (news.is === 'signal') return signals.includes(news.signal.channel)
  if (news.is === 'message') return channels.includes(news.message.channel)
  return news.is !== 'gap' || channels.includes(news.gap.channel)
}
