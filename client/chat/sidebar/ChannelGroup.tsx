import { useMemo } from 'preact/hooks'
import { hashOfPlace } from '../channelHash.ts'
import { Icon } from '../Icon.tsx'
import { previewOf } from '../preview.ts'
import { nameOf } from '../senderLabel.ts'
import { useStores } from '../store.ts'
import { emojiNames } from '../text/emoji.ts'
import type { ListedChannel } from './listedChannels.ts'

interface ChannelGroupProps {
  title: string
  channels: readonly ListedChannel[]
  current: string
  /** A channel was chosen. */
  pick: () => void
}

/** Some channels under a heading; nothing if there are none. */
export function ChannelGroup({ title, channels, current, pick }: ChannelGroupProps) {
  if (channels.length === 0) return null
  return (
    <section class="channel-group">
      <h2>{title}</h2>
      <ul aria-label={title}>
        {channels.map((channel) => (
          <li key={channel.name}>
            <ChannelLink channel={channel} current={channel.name === current} pick={pick} />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Signs of the kinds of channels. */
export function ChannelSign({ kind }: Pick<ListedChannel, 'kind'>) {
  return (
    <span class="sign" aria-hidden="true">
      {kind === 'public' ? '#' : <Icon name={kind === 'private' ? 'lock' : 'people'} />}
    </span>
  )
}

interface ChannelLinkProps {
  channel: ListedChannel
  current: boolean
  pick: () => void
}

function ChannelLink({ channel, current, pick }: ChannelLinkProps) {
  const { name, title, kind, unread, last } = channel
  useStores(emojiNames)
  // The list has hundreds, and is drawn with each message.
  const preview = useMemo(() => last && previewOf(last, 80), [last, emojiNames.all])
  return (
    <a
      href={hashOfPlace({ channel: name })}
      class={unread > 0 ? 'channel-link unread' : 'channel-link'}
      aria-current={current ? 'page' : undefined}
      onClick={pick}
    >
      <ChannelSign kind={kind} />
      <bdi class="title">{title}</bdi>
      {unread > 0 && (
        <span class="count">
          {unread > 99 ? '99+' : unread}
          <span class="visually-hidden"> unread</span>
        </span>
      )}
      {last?.about?.as !== 'delete' && last !== undefined && (
        <span class="last" dir="auto">
          {nameOf(last.sender)}: {preview}
        </span>
      )}
    </a>
  )
}
