import { Composer } from './composer/Composer.tsx'
import type { Chat } from './chat.ts'
import type { Asked } from './Dialogs.tsx'
import { Icon } from './Icon.tsx'
import type { OpenChannel } from './openChannel.ts'
import { previewOf } from './preview.ts'
import { nameOf } from './senderLabel.ts'
import { useStores } from './store.ts'
import { Timeline } from './timeline/Timeline.tsx'
import { rowsOf } from './timeline/timelineRows.ts'
import { UnreadBar } from './timeline/UnreadBar.tsx'
import type { AllActions } from './timeline/useMessageActions.ts'
import { TypingLine } from './TypingLine.tsx'
import type { ShownMessage } from '../sdk/history.ts'

/** What messages lead to, wherever they are shown. */
export interface Doors {
  actions: AllActions
  /** The position of the message that is being edited. */
  editing: number | undefined
  edit: (position: number | undefined) => void
  ask: (asked: Asked) => void
  retry: (key: string) => void
  discard: (key: string) => void
}

interface RoomViewProps {
  chat: Chat
  shown: OpenChannel
  /** What a new message is for, as people call it. */
  title: string
  doors: Doors
}

/** The messages of the open channel, and the box for a new one. */
export function RoomView({ chat, shown, title, doors }: RoomViewProps) {
  const { room, reading, unread, company, connection, following } = shown
  useStores(reading, unread, chat.posts)
  const { actions, editing, edit, ask, retry, discard } = doors
  const { conversation } = room
  const rows = rowsOf(conversation, chat.me, unread.after)
  const unreadAbove = conversation.complete
    ? 0
    : unread.countBefore(conversation.messages[0]?.position)
  const editLast = () => {
    const last = rows.findLast(
      (row) => row.kind === 'message' && row.own && row.message.deleted !== true,
    )
    if (last?.kind === 'message') edit(last.message.position)
  }
  return (
    <>
      {unreadAbove > 0 && (
        <UnreadBar
          count={unreadAbove}
          jump={() => {
            unread.hide()
            shown.jumpBehind({ after: unread.after ?? 0 })
          }}
          dismiss={() => unread.hide()}
        />
      )}
      <Timeline
        {...{ room, rows, following, editing, actions, retry, discard }}
        sender={chat.sender}
        handle={chat.handle}
        contextOf={(message) => contextIn(conversation.messages, message)}
        pickDay={() => ask({ is: 'day' })}
        see={(isFollowing, seen) => chat.see(isFollowing, seen)}
        press={(event, message) => actions.press(event, message, message.sender.id === chat.me)}
      />
      <footer>
        {room.entered && !following && (
          <button id="pill" type="button" onClick={() => shown.follow()}>
            {pillText(reading.unseen)} <Icon name="down" />
          </button>
        )}
        <Composer
          key={shown.name}
          id="text"
          label="Message"
          placeholder={`Message ${title}`}
          draft={chat.drafts.get(shown.name)}
          disabled={connection.is === 'refused'}
          people={chat.people}
          send={(text) => chat.send(text)}
          typed={(text) => chat.typed(text)}
          editLast={editLast}
          pickEmoji={(put) => ask({ is: 'emoji', put })}
        />
        <TypingLine company={company} />
      </footer>
    </>
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
  return `Reply to ${nameOf(root.sender)}: ${previewOf(root, 120)}`
}
