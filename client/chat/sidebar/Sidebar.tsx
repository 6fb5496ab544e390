import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { channelOfInput } from '../channelHash.ts'
import { Icon } from '../Icon.tsx'
import { IconButton } from '../IconButton.tsx'
import { useStores } from '../store.ts'
import { ChannelGroup } from './ChannelGroup.tsx'
import type { ChannelList } from './channelList.ts'
import { matching } from './listedChannels.ts'

interface SidebarProps {
  list: ChannelList
  current: string
  /** Leads to a channel. */
  enter: (channel: string) => void
  /** Asks for the kind of a new channel. */
  create: () => void
  /** Who uses the page, and what they do with their account. */
  children: ComponentChildren
}

/** More than this is found by its name only. */
const MAX_SHOWN = 200

/** The channels, and who is signed in. */
export function Sidebar({ list, current, enter, create, children }: SidebarProps) {
  useStores(list)
  const [text, setText] = useState('')
  const found = matching(list.all, text).slice(0, MAX_SHOWN)
  const wanted = channelOfInput(text)
  const isNew = wanted !== '' && !found.some(({ name }) => name === wanted)
  const clear = () => setText('')
  const go = (channel: string) => {
    clear()
    enter(channel)
  }
  const mine = found.filter(({ followed, name }) => followed || name === current)
  const groups = [
    { title: 'Channels', channels: mine.filter(({ kind }) => kind !== 'direct') },
    { title: 'Direct messages', channels: mine.filter(({ kind }) => kind === 'direct') },
    { title: 'More channels', channels: found.filter((each) => !mine.includes(each)) },
  ]
  return (
    <nav id="channels" class="sidebar" aria-label="Channels">
      <div class="brand">
        <img class="mark" src="./icon.svg" alt="" width="28" height="28" />
        <strong>Causeway</strong>
        <IconButton icon="plus" label="New channel or message" press={create} />
      </div>
      <form
        class="find"
        role="search"
        aria-label="Channels"
        onSubmit={(event) => {
          event.preventDefault()
          // What a person sees first is what they mean, unless they know the whole name.
          const [first] = text.trim().startsWith('#') ? [] : found
          if (wanted !== '') go(isNew && first !== undefined ? first.name : wanted)
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
        {groups.map(({ title, channels }) => (
          <ChannelGroup key={title} {...{ title, channels, current }} pick={clear} />
        ))}
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
