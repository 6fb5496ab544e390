import type { Causeway } from './causeway.ts'
import { pages } from './pages.ts'
import { isChannelsPage } from './typeGuards.ts'
import type { ChannelsPage } from '../../contract/history.ts'

export type ChannelEntry = ChannelsPage['channels'][number]

/** The channels that the caller may read, by their names, each with its last message. `prefix`: only those that begin so. */
export async function* channels(
  causeway: Causeway,
  { prefix = '' }: { prefix?: string } = {},
  signal?: AbortSignal,
): AsyncGenerator<ChannelEntry, void, undefined> {
  const query = new URLSearchParams(prefix === '' ? {} : { prefix })
  for await (const page of pages(causeway, 'channels', query, isChannelsPage, signal)) {
    yield* page.channels
  }
}
