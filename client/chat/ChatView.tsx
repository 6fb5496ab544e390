import { useEffect, useState } from 'preact/hooks'
import { AccountMenu } from './account/AccountMenu.tsx'
import { Announcer } from './Announcer.tsx'
import type { Chat } from './chat.ts'
import { Composer } from './composer/Composer.tsx'
import { ConnectionBar } from './ConnectionBar.tsx'
import { Dialogs, type Asked } from './Dialogs.tsx'
import { Icon } from './Icon.tsx'
import { RoomHeader } from './RoomHeader.tsx'
import { nameOf } from './senderLabel.ts'
import type { Session } from './session.ts'
import { useShortcuts } from './shortcuts.ts'
import { SidePanel } from './SidePanel.tsx'
import { Sidebar } from './sidebar/Sidebar.tsx'
import { useStores } from './store.ts'
import { textOf } from './timeline/conversation.ts'
import { TypingLine } from './TypingLine.tsx'
import { Timeline } from './timeline/Timeline.tsx'
import { rowsOf } from './timeline/timelineRows.ts'
import { useMessageActions } from './timeline/useMessageActions.ts'
import type { ShownMessage } from '../sdk/history.ts'

/** The chat, with one channel at a time. */
export function ChatView({ session, chat }: { session: Session; chat: Chat }) {
  useStores(chat, chat.reading, chat.list, chat.panels, chat.company)
  const [asked, ask] = useState<Asked>()
  const [drawer, setDrawer] = useState(false)
  const [editing, edit] = useState<number>()
  const actions = useMessageActions(chat, { ask, edit })
  const { room, connection, reading, list, people } = chat
  useShortcuts(chat, () => ask({ is: 'help' }))
  useEffect(() => {
    setDrawer(false)
    edit(undefined)
  }, [room])
  if (room === undefined) return null
  const { conversation } = room
  const rows = rowsOf(conversation, chat.me)
  const title = list.title(room.channel)
  const retry = (key: string) => chat.posts.retry(key)
  const discard = (key: string) => chat.posts.discard(key)
  const contextOf = (message: ShownMessage) => contextIn(conversation.messages, message)
  const pickDay = () => ask({ is: 'day' })
  const editLast = () => {
    const last = rows.findLast((row) => row.kind === 'message' && row.own && !row.message.deleted)
    if (last?.kind === 'message') edit(last.message.position)
  }
  const pickEmoji = (put: (emoji: string) => void) => ask({ is: 'emoji', put })
  return (
    <div id="chat" class={drawer ? 'drawer-open' : ''} data-panel={chat.panels.open?.is}>
      <button type="button" class="skip" onClick={() => document.getElementById('text')?.focus()}>
        Skip to the message box
      </button>
      <Sidebar list={list} current={room.channel} enter={(channel) => chat.go({ channel })}>
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
          title={title}
          count={chat.company?.count}
          drawerOpen={drawer}
          openDrawer={() => setDrawer(true)}
          search={() => chat.panels.openSearch()}
          people={() => chat.panels.openPeople()}
          help={() => ask({ is: 'help' })}
          pickDay={pickDay}
        />
        <ConnectionBar
          connection={connection}
          recovered={chat.recovery.count}
          retryNow={() => room.retryNow()}
        />
        <Timeline
          room={room}
          rows={rows}
          following={reading.following && conversation.atEnd}
          sender={chat.sender}
          handle={chat.handle}
          {...{ editing, actions, contextOf, retry, discard, pickDay }}
          see={(following, seen) => chat.see(following, seen)}
          press={(event, message) => actions.press(event, message, message.sender.id === chat.me)}
        />
        <footer>
          {!(reading.following && conversation.atEnd) && (
            <button id="pill" type="button" onClick={() => chat.follow()}>
              {pillText(reading.unseen)} <Icon name="down" />
            </button>
          )}
          <Composer
            key={room.channel}
            id="text"
            label="Message"
            placeholder={`Message ${title}`}
            draft={chat.drafts.get(room.channel)}
            disabled={connection.is === 'refused'}
            people={people}
            send={(text) => chat.send(text)}
            typed={(text) => chat.typed(text)}
            {...{ editLast, pickEmoji }}
          />
          <TypingLine chat={chat} />
        </footer>
      </main>
      <SidePanel chat={chat} {...{ editing, actions, retry, discard, pickEmoji }} />
      <Dialogs chat={chat} session={session} asked={asked} close={() => ask(undefined)} />
      <Announcer chat={chat} />
    </div>
  )
}

function pillText(unseen: number): string {
  if (unseen === 0) return 'To the newest'
  return `${unseen} new ${unseen === 1 ? 'message' : 'messages'}`
}

/** What a reply is about, as far as it is loaded. */
function contextIn(messages: readonly ShownMessage[], { about }: ShownMessage): string | undefined {
  if (about?.as !== 'reply') return undefined
  const root = messages.find(({ position }) => position === about.position)
  if (root === undefined) return 'Reply in a thread'
  return `Reply to ${nameOf(root.sender)}: ${(textOf(root) ?? 'data').slice(0, 120)}`
}
