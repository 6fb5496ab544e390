import type { ChannelEntry } from '../../sdk/channels.ts'
import type { Marker } from '../../sdk/markers.ts'
import type { ChannelProfile } from '../../sdk/people.ts'
import { type ChannelKind, DIRECT_PREFIX, PRIVATE_PREFIX } from '../../../contract/membership.ts'
import type { Message } from '../../../contract/message.ts'

/** A channel in the list. */
export interface ListedChannel {
  name: string
  title: string
  topic: string
  kind: ChannelKind
  /** Whether it is one of the person's own. */
  followed: boolean
  /** Messages of others that one has not read. */
  unread: number
  last: Message | undefined
}

/** What is known of channels, each by its name. */
export interface KnownChannels {
  entries: ReadonlyMap<string, ChannelEntry>
  markers: ReadonlyMap<string, Marker>
  profiles: ReadonlyMap<string, ChannelProfile>
}

/** A channel, put together from all that is known of it. `me`: one's own sender id. */
export function listedChannel(name: string, known: KnownChannels, me: string): ListedChannel {
  const [marker, profile] = [known.markers.get(name), known.profiles.get(name)]
  const lasts = [marker?.last, known.entries.get(name)?.last]
  return {
    name,
    title: titleOf(name, profile, me),
    topic: profile?.topic ?? '',
    kind: profile?.kind ?? kindOf(name),
    followed: marker !== undefined || (profile !== undefined && profile.kind !== 'public'),
    unread: marker?.unread ?? 0,
    last: lasts.flatMap((last) => last ?? []).sort((a, b) => b.position - a.position)[0],
  }
}

/** Before anything else is known of it. */
function kindOf(name: string): ChannelKind {
  if (name.startsWith(DIRECT_PREFIX)) return 'direct'
  return name.startsWith(PRIVATE_PREFIX) ? 'private' : 'public'
}

/** A direct message is called by the others in it. */
function titleOf(name: string, profile: ChannelProfile | undefined, me: string): string {
  const others = profile?.people?.filter(({ principal }) => principal !== me) ?? []
  return others.map((person) => person.name).join(', ') || profile?.title || name
}

/** Those whose title or name has these words, those that begin so first. */
export function matching(channels: readonly ListedChannel[], text: string): ListedChannel[] {
  const wanted = text.trim().replace(/^[#@]/, '').toLowerCase()
  if (wanted === '') return [...channels]
  const has = (channel: ListedChannel, at: (text: string) => boolean) =>
    [channel.title, channel.name].some((name) => at(name.toLowerCase()))
  const begin = channels.filter((each) => has(each, (name) => name.startsWith(wanted)))
  const others = channels.filter((each) => has(each, (name) => name.includes(wanted)))
  return [...begin, ...others.filter((each) => !begin.includes(each))]
}

/** By their titles, as people sort. */
export function byTitle(a: ListedChannel, b: ListedChannel): number {
  return a.title.localeCompare(b.title, undefined, { numeric: true, sensitivity: 'base' })
}

/** As people write it: a public channel has its sign. */
export function signedTitle({ kind, title }: Pick<ListedChannel, 'kind' | 'title'>): string {
  return kind === 'public' ? `#${title}` : title
}
