import type { ChannelLogs } from '../contract/channelLogs.ts'
import type { ChannelInfo } from '../contract/history.ts'
import type { Entry } from '../contract/message.ts'
import type { LogReader } from '../history/logReader.ts'
import type { ChannelNames, ChannelNamesQuery, MessagesAt } from '../history/types.ts'
import { groupBy } from './groupBy.ts'

/** Channels of all logs by their names; each log looks at its share of them. */
export async function namesOf(
  logs: ReadonlyMap<number, Pick<LogReader, 'channelNames'>>,
  channelLogs: Pick<ChannelLogs, 'logOf'>,
  { looks, ...query }: ChannelNamesQuery,
): Promise<ChannelNames> {
  const share = { ...query, looks: Math.ceil(looks / logs.size) }
  const found = await Promise.all(
    [...logs].map(async ([id, log]) => {
      const { channels, end } = await log.channelNames(share)
      // A log that had all channels once may still have rows of those that others have now.
      return { channels: channels.filter(({ name }) => channelLogs.logOf(name) === id), end }
    }),
  )
  const ends = found.flatMap(({ end }) => end ?? []).sort()
  const end = ends[0]
  // Behind the first end, names of that log would be missing.
  const channels = found
    .flatMap((each) => each.channels)
    .filter(({ name }) => end === undefined || name <= end)
    .sort((one, other) => (one.name < other.name ? -1 : 1))
  return { channels, end }
}

/** The last messages of channels, in their order, up to the first that does not fit into its log's answer. */
export async function lastMessagesOf(
  channels: readonly ChannelInfo[],
  logOf: (channel: string) => Pick<LogReader, 'messagesAt'>,
): Promise<MessagesAt> {
  const found = new Map<string, Entry | undefined>()
  await Promise.all(
    [...groupBy(channels, ({ name }) => logOf(name))].map(async ([log, own]) => {
      const entries = await log.messagesAt(own.map(({ head }) => head))
      entries.forEach((entry, at) => found.set(own[at]?.name ?? '', entry))
    }),
  )
  const missing = channels.findIndex(({ name }) => !found.has(name))
  const shown = missing < 0 ? channels : channels.slice(0, missing)
  return shown.map(({ name }) => found.get(name))
}
