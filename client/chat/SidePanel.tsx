import type { Chat } from './chat.ts'
import { Composer } from './composer/Composer.tsx'
import { IconButton } from './IconButton.tsx'
import { PeoplePanel } from './PeoplePanel.tsx'
import type { Doors } from './RoomView.tsx'
import { SearchPanel } from './search/SearchPanel.tsx'
import type { Thread } from './timeline/thread.ts'
import { ThreadPanel } from './timeline/ThreadPanel.tsx'

interface SidePanelProps {
  chat: Chat
  doors: Doors
}

const TITLES = { thread: 'Thread', search: 'Search', people: 'People' } as const

/** What stands beside the timeline, or over it on a narrow screen. */
export function SidePanel({ chat, doors }: SidePanelProps) {
  const { open } = chat.panels
  if (open === undefined) return null
  const title = TITLES[open.is]
  return (
    <aside class="panel" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <IconButton
          icon="close"
          label={`Close ${title.toLowerCase()}`}
          press={() => chat.panels.close()}
        />
      </header>
      {open.is === 'people' && <PeoplePanel chat={chat} />}
      {open.is === 'search' && (
        <SearchPanel search={open.search} title={(channel) => chat.list.of(channel).title} />
      )}
      {open.is === 'thread' && <ThreadView chat={chat} doors={doors} thread={open.thread} />}
    </aside>
  )
}

function ThreadView({ chat, doors, thread }: SidePanelProps & { thread: Thread }) {
  const { me, sender, handle, people, drafts, shown } = chat
  const { actions, editing, retry, discard, ask } = doors
  const draft = `${shown?.name ?? ''}/${thread.root}`
  return (
    <ThreadPanel
      key={thread.root}
      {...{ thread, me, sender, handle, editing, retry, discard }}
      actions={{ ...actions, opensThreads: false }}
    >
      <Composer
        id="reply"
        label="Reply"
        placeholder="Reply"
        draft={drafts.get(draft)}
        disabled={shown?.connection.is === 'refused'}
        people={people}
        send={(text) => chat.send(text, thread.root)}
        typed={(text) => drafts.set(draft, text)}
        editLast={() => undefined}
        pickEmoji={(put) => ask({ is: 'emoji', put })}
      />
    </ThreadPanel>
  )
}
