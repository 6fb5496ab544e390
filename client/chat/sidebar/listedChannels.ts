import type { Message } from '../../../contract/message.ts'

/** A channel in the list. */
export interface ListedChannel {
  name: string
  title: string
  kind: 'public' | 'private' | 'direct'
  /** Messages of others that one has not read. */
  unread: number
  last: Message | undefined
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
