import { lazy } from './lazy.tsx'
import type { Chat } from './chat.ts'
import { HelpSheet } from './HelpSheet.tsx'
import { NotificationsDialog } from './NotificationsDialog.tsx'
import type { Session } from './session.ts'
import { DayPicker } from './timeline/DayPicker.tsx'
import { DeleteDialog } from './timeline/DeleteDialog.tsx'
import type { ShownMessage } from '../sdk/history.ts'

const EmojiPicker = lazy(async () => (await import('./text/EmojiPicker.tsx')).EmojiPicker)
const NewChannel = lazy(async () => (await import('./sidebar/NewChannel.tsx')).NewChannel)
const Settings = lazy(async () => (await import('./account/Settings.tsx')).Settings)

/** The dialog that is open. */
export type Asked =
  | { is: 'help' | 'day' | 'settings' | 'notifications' | 'new-channel' }
  | { is: 'emoji'; put: (emoji: string) => void }
  | { is: 'delete'; message: ShownMessage }

interface DialogsProps {
  chat: Chat
  session: Session
  asked: Asked | undefined
  close: () => void
}

/** At most one dialog is open. */
export function Dialogs({ chat, session, asked, close }: DialogsProps) {
  switch (asked?.is) {
    case undefined:
      return null
    case 'help':
      return <HelpSheet close={close} />
    case 'settings':
      return <Settings session={session} close={close} />
    case 'notifications':
      return <NotificationsDialog notifier={chat.notifier} close={close} />
    case 'new-channel':
      return <NewChannel chat={chat} close={close} />
    case 'day':
      return (
        <DayPicker
          close={close}
          jump={(from) => {
            close()
            chat.shown?.jumpBehind({ from })
          }}
        />
      )
    case 'emoji':
      return (
        <EmojiPicker
          close={close}
          pick={(emoji) => {
            close()
            asked.put(emoji)
          }}
        />
      )
    case 'delete':
      return (
        <DeleteDialog
          message={asked.message}
          close={close}
          remove={() => {
            close()
            chat.posts.remove(asked.message)
          }}
        />
      )
  }
}
