import { IconButton } from './IconButton.tsx'

interface RoomHeaderProps {
  title: string
  drawerOpen: boolean
  openDrawer: () => void
  search: () => void
  pickDay: () => void
  people: () => void
  help: () => void
}

/** The name of the open channel, and what one does with it. */
export function RoomHeader(props: RoomHeaderProps) {
  const { title, drawerOpen, openDrawer, search, pickDay, people, help } = props
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
        <span class="sign" aria-hidden="true">
          #
        </span>
        <bdi>{title}</bdi>
      </h1>
      <IconButton icon="search" label="Search messages" press={search} />
      <IconButton icon="calendar" label="Jump to a date" press={pickDay} />
      <IconButton icon="people" label="People" press={people} />
      <IconButton icon="help" label="Keyboard shortcuts" press={help} />
    </header>
  )
}
