import type { Causeway } from './causeway.ts'
import { nextPath } from './history.ts'
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
  let path: string | undefined = `channels?${query.toString()}`
  while (path !== undefined) {
    const page: ChannelsPage = await causeway.get(path, isChannelsPage, signal)
    yield* page.channels
    path = page.next === null ? undefined : nextPath('channels', page.next)
  }
}
