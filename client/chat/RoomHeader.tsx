import { IconButton } from './IconButton.tsx'

interface RoomHeaderProps {
  title: string
  /** How many people are here; undefined if nobody knows. */
  count: number | undefined
  drawerOpen: boolean
  openDrawer: () => void
  search: () => void
  pickDay: () => void
  people: () => void
  help: () => void
}

/** The name of the open channel, and what one does with it. */
export function RoomHeader(props: RoomHeaderProps) {
  const { title, count, drawerOpen, openDrawer, search, pickDay, people, help } = props
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
      {count !== undefined && (
        <span class="here-count" title={`${count} here now`}>
          {count}
        </span>
      )}
      <IconButton icon="help" label="Keyboard shortcuts" press={help} />
    </header>
  )
}
