import type { Asked } from './Dialogs.tsx'
import { leaveChannel } from './channelActions.ts'
import type { Chat } from './chat.ts'
import { Icon } from './Icon.tsx'
import { IconButton } from './IconButton.tsx'
import { ChannelSign } from './sidebar/ChannelGroup.tsx'
import type { ListedChannel } from './sidebar/listedChannels.ts'
import { useStores } from './store.ts'
import type { Company } from './timeline/company.ts'

interface RoomHeaderProps {
  chat: Chat
  channel: ListedChannel
  company: Company
  drawerOpen: boolean
  openDrawer: () => void
  ask: (asked: Asked) => void
}

/** The name of the open channel, and what one does with it. */
export function RoomHeader(props: RoomHeaderProps) {
  const { chat, channel, company, drawerOpen, openDrawer, ask } = props
  useStores(company, chat.notifier)
  const { title, topic, kind, followed } = channel
  const { count } = company
  const people = count === undefined ? 'People' : `People, ${count} here now`
  return (
    <header class="room-header">
      <IconButton
        icon="menu"
        label="Show channels"
        class="drawer-button"
        expanded={drawerOpen}
        press={openDrawer}
      />
      <h1 title={title}>
        <ChannelSign kind={kind} />
        <bdi>{title}</bdi>
      </h1>
      {topic !== '' && (
        <p class="topic" dir="auto" title={topic}>
          {topic}
        </p>
      )}
      <button
        type="button"
        class="people-button"
        aria-label={people}
        title={people}
        onClick={() => chat.panels.openPeople()}
      >
        <Icon name="people" />
        {count}
      </button>
      <IconButton icon="search" label="Search messages" press={() => chat.panels.openSearch()} />
      <IconButton icon="calendar" label="Jump to a date" press={() => ask({ is: 'day' })} />
      <IconButton
        icon="bell"
        label="Notifications"
        pressed={chat.notifier.wish !== 'none'}
        press={() => ask({ is: 'notifications' })}
      />
      <IconButton icon="help" label="Keyboard shortcuts" press={() => ask({ is: 'help' })} />
      {followed && (
        <IconButton icon="leave" label="Leave this channel" press={() => void leaveChannel(chat)} />
      )}
    </header>
  )
}
