import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { channelOfInput, hashOfPlace } from '../channelHash.ts'
import { Icon } from '../Icon.tsx'
import { nameOf } from '../senderLabel.ts'
import { useStores } from '../store.ts'
import { textOf } from '../timeline/conversation.ts'
import type { ChannelList } from './channelList.ts'
import { type ListedChannel, matching } from './listedChannels.ts'

interface SidebarProps {
  list: ChannelList
  current: string
  /** Leads to a channel. */
  enter: (channel: string) => void
  /** Who uses the page, and what they do with their account. */
  children: ComponentChildren
  /** Asks what kind of channel to create. */
  create?: (() => void) | undefined
}

/** More than this is found by its name only. */
const MAX_SHOWN = 200

/** The channels, and who is signed in. */
export function Sidebar({ list, current, enter, children, create }: SidebarProps) {
  useStores(list)
  const [text, setText] = useState('')
  const found = matching(list.all, text)
  const wanted = channelOfInput(text)
  const isNew = wanted !== '' && !found.some(({ name }) => name === wanted)
  const go = (channel: string) => {
    setText('')
    enter(channel)
  }
  return (
    <nav id="channels" class="sidebar" aria-label="Channels">
      <div class="brand">
        <img class="mark" src="./icon.svg" alt="" width="28" height="28" />
        <strong>Causeway</strong>
        {create !== undefined && (
          <button
            type="button"
            class="icon-button"
            aria-label="New channel"
            title="New channel"
            onClick={create}
          >
            <Icon name="plus" />
          </button>
        )}
      </div>
      <form
        class="find"
        role="search"
        onSubmit={(event) => {
          event.preventDefault()
          if (wanted !== '') go(wanted)
        }}
      >
        <input
          id="channel"
          class="field"
          type="search"
          aria-label="Channel"
          placeholder="Find or enter a channel"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </form>
      <div class="channel-lists">
        <ChannelGroup
          title="Channels"
          channels={found.slice(0, MAX_SHOWN)}
          current={current}
          pick={() => setText('')}
        />
        {isNew && (
          <button type="button" class="enter-new" onClick={() => go(wanted)}>
            <Icon name="plus" /> Enter <bdi>#{wanted}</bdi>
          </button>
        )}
      </div>
      {children}
    </nav>
  )
}

interface ChannelGroupProps {
  title: string
  channels: readonly ListedChannel[]
  current: string
  pick: () => void
}

function ChannelGroup({ title, channels, current, pick }: ChannelGroupProps) {
  if (channels.length === 0) return null
  return (
    <section class="channel-group">
      <h2>{title}</h2>
      <ul>
        {channels.map((channel) => (
          <li key={channel.name}>
            <ChannelLink channel={channel} current={channel.name === current} pick={pick} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function ChannelLink({
  channel,
  current,
  pick,
}: {
  channel: ListedChannel
  current: boolean
  pick: () => void
}) {
  const { name, title, kind, unread, last } = channel
  const count = unread > 99 ? '99+' : String(unread)
  return (
    <a
      href={hashOfPlace({ channel: name })}
      class={unread > 0 ? 'channel-link unread' : 'channel-link'}
      aria-current={current ? 'page' : undefined}
      onClick={pick}
    >
      <span class="sign" aria-hidden="true">
        {kind === 'public' ? '#' : <Icon name={kind === 'private' ? 'lock' : 'people'} />}
      </span>
      <bdi class="title">{title}</bdi>
      {unread > 0 && (
        <span class="count">
          {count}
          <span class="visually-hidden"> unread</span>
        </span>
      )}
      {last !== undefined && (
        <span class="last" dir="auto">
          {nameOf(last.sender)}: {textOf(last)?.slice(0, 80) ?? 'data'}
        </span>
      )}
    </a>
  )
}
