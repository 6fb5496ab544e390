import { useLayoutEffect, useState } from 'preact/hooks'
import { AccountMenu } from './account/AccountMenu.tsx'
import { Announcer } from './Announcer.tsx'
import type { Chat } from './chat.ts'
import { ConnectionBar } from './ConnectionBar.tsx'
import { Dialogs, type Asked } from './Dialogs.tsx'
import { RoomHeader } from './RoomHeader.tsx'
import { RoomView } from './RoomView.tsx'
import type { Session } from './session.ts'
import { useShortcuts } from './shortcuts.ts'
import { SidePanel } from './SidePanel.tsx'
import { signedTitle } from './sidebar/listedChannels.ts'
import { Sidebar } from './sidebar/Sidebar.tsx'
import { useStores } from './store.ts'
import { useMessageActions } from './timeline/useMessageActions.ts'

/** The chat, with one channel at a time. */
export function ChatView({ session, chat }: { session: Session; chat: Chat }) {
  const { shown, list, panels, posts } = chat
  useStores(chat, shown, list, panels)
  const [asked, ask] = useState<Asked>()
  const [drawer, setDrawer] = useState(false)
  const [editing, edit] = useState<number>()
  const actions = useMessageActions(chat, { ask, edit })
  useShortcuts(chat, () => ask({ is: 'help' }))
  // With the drawing: a later look would close what was opened meanwhile.
  useLayoutEffect(() => {
    setDrawer(false)
    edit(undefined)
  }, [shown])
  if (shown === undefined) return null
  const doors = {
    actions,
    editing,
    edit,
    ask,
    retry: (key: string) => posts.retry(key),
    discard: (key: string) => posts.discard(key),
  }
  return (
    <div
      id="chat"
      class={drawer ? 'drawer-open' : ''}
      data-panel={panels.open?.is}
      onKeyDown={({ key }) => {
        if (key === 'Escape') setDrawer(false)
      }}
    >
      <button type="button" class="skip" onClick={() => document.getElementById('text')?.focus()}>
        Skip to the message box
      </button>
      <Sidebar
        list={list}
        current={shown.name}
        enter={(channel) => chat.go({ channel })}
        create={() => ask({ is: 'new-channel' })}
      >
        <AccountMenu session={session} settings={() => ask({ is: 'settings' })} />
      </Sidebar>
      <button
        type="button"
        class="backdrop"
        aria-label="Hide channels"
        onClick={() => setDrawer(false)}
      />
      <main class="room">
        <RoomHeader
          {...{ chat, ask }}
          channel={list.of(shown.name)}
          company={shown.company}
          drawerOpen={drawer}
          openDrawer={() => {
            setDrawer(true)
            // Only now it can take the focus.
            requestAnimationFrame(() => document.getElementById('channel')?.focus())
          }}
        />
        <ConnectionBar
          connection={shown.connection}
          recovered={shown.recovered}
          retryNow={() => shown.room.retryNow()}
        />
        <RoomView {...{ chat, shown, doors }} title={signedTitle(list.of(shown.name))} />
      </main>
      <SidePanel chat={chat} doors={doors} />
      <Dialogs chat={chat} session={session} asked={asked} close={() => ask(undefined)} />
      <Announcer chat={chat} />
    </div>
  )
}
