import type { Chat } from './chat.ts'
import { Composer } from './composer/Composer.tsx'
import { IconButton } from './IconButton.tsx'
import { PeoplePanel } from './PeoplePanel.tsx'
import { SearchPanel } from './search/SearchPanel.tsx'
import { ThreadPanel } from './timeline/ThreadPanel.tsx'
import type { MessageActions } from './timeline/Toolbar.tsx'

interface SidePanelProps {
  chat: Chat
  editing: number | undefined
  actions: MessageActions
  retry: (key: string) => void
  discard: (key: string) => void
  pickEmoji: (put: (emoji: string) => void) => void
}

const TITLES = { thread: 'Thread', search: 'Search', people: 'People' } as const

/** What stands beside the timeline, or over it on a narrow screen. */
export function SidePanel(props: SidePanelProps) {
  const { chat } = props
  const { open: panel } = chat.panels
  if (panel === undefined) return null
  const title = TITLES[panel.is]
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
      <PanelBody {...props} />
    </aside>
  )
}

function PanelBody({ chat, editing, actions, retry, discard, pickEmoji }: SidePanelProps) {
  const { me, sender, handle, people, drafts, room } = chat
  const { open: panel } = chat.panels
  switch (panel?.is) {
    case undefined:
      return null
    case 'search':
      return <SearchPanel search={panel.search} title={(channel) => chat.list.title(channel)} />
    case 'people':
      return <PeoplePanel chat={chat} />
    case 'thread': {
      const { thread } = panel
      const draft = `${room?.channel ?? ''}/${thread.root}`
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
            disabled={chat.connection.is === 'refused'}
            people={people}
            send={(text) => chat.send(text, thread.root)}
            typed={(text) => drafts.set(draft, text)}
            editLast={() => undefined}
            pickEmoji={pickEmoji}
          />
        </ThreadPanel>
      )
    }
  }
}
