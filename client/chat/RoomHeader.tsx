import type { Asked } from './Dialogs.tsx'
import { leaveChannel } from './channelActions.ts'
import type { Chat } from './chat.ts'
import { Icon } from './Icon.tsx'
import { IconButton } from './IconButton.tsx'
import { Menu } from './Menu.tsx'
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
  useStores(company)
  const { title, topic, kind, followed } = channel
  const { count } = company
  const items = [
    { label: 'Jump to a date', press: () => ask({ is: 'day' }) },
    { label: 'Notifications', press: () => ask({ is: 'notifications' }) },
    { label: 'Keyboard shortcuts', press: () => ask({ is: 'help' }) },
    ...(followed ? [{ label: 'Leave this channel', press: () => void leaveChannel(chat) }] : []),
  ]
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
      <Menu icon="more" label="More about this channel" items={items} />
    </header>
  )
}
