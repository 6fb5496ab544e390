import type { SourceOptions } from './source.ts'
import type { SourceKind } from './streamState.ts'
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

export const TOPICS = ['channels', 'presence', 'signals'] as const

/** All that some requests are about, and more channels. */
export function topicsOf(
  requests: ReadonlyMap<string, Topics>,
  more: readonly string[] = [],
): Topics {
  const all = (topic: keyof Topics): string[] => [
    ...new Set([...requests.values()].flatMap((each) => each[topic])),
  ]
  return {
    channels: [...new Set([...all('channels'), ...more])],
    presence: all('presence').slice(0, MAX_PRESENCE_CHANNELS),
    signals: all('signals'),
  }
}
