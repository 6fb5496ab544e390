import { IconButton } from '../IconButton.tsx'
import type { ShownMessage } from '../../sdk/history.ts'

/** What people do with a message. */
export interface MessageActions {
  /** One's own sender id. */
  me: string
  /** False in a thread, where every message is in it already. */
  opensThreads: boolean
  nameOf: (id: string) => string
  react: (message: ShownMessage, name: string) => void
  /** Asks for an emoji to react with. */
  pick: (message: ShownMessage) => void
  thread: (message: ShownMessage) => void
  /** Begins to edit it; undefined ends that. */
  edit: (message: ShownMessage | undefined) => void
  save: (message: ShownMessage, text: string) => void
  /** Asks whether to delete it. */
  remove: (message: ShownMessage) => void
  copyLink: (message: ShownMessage) => void
}

interface ToolbarProps {
  message: ShownMessage
  own: boolean
  actions: MessageActions
}

/** Beside the message under the pointer or the keyboard. */
export function Toolbar({ message, own, actions }: ToolbarProps) {
  return (
    <div class="toolbar" role="toolbar" aria-label="Message actions">
      <button
        type="button"
        class="icon-button emoji"
        aria-label="React with 👍"
        title="React with 👍"
        onClick={() => actions.react(message, '👍')}
      >
        👍
      </button>
      <IconButton icon="smile" label="React" press={() => actions.pick(message)} />
      {actions.opensThreads && (
        <IconButton icon="reply" label="Reply in a thread" press={() => actions.thread(message)} />
      )}
      {own && <IconButton icon="edit" label="Edit" press={() => actions.edit(message)} />}
      <IconButton icon="link" label="Copy the link" press={() => actions.copyLink(message)} />
      {own && <IconButton icon="trash" label="Delete" press={() => actions.remove(message)} />}
    </div>
  )
}
