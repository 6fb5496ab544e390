import { useMemo } from 'preact/hooks'
import { hashOfPlace } from '../channelHash.ts'
import type { Chat } from '../chat.ts'
import type { Asked } from '../Dialogs.tsx'
import type { MessageActions } from './Toolbar.tsx'
import type { ShownMessage } from '../../sdk/history.ts'

interface Doors {
  ask: (asked: Asked) => void
  edit: (position: number | undefined) => void
}

export interface AllActions extends MessageActions {
  /** A key was pressed on a message. */
  press: (event: KeyboardEvent, message: ShownMessage, own: boolean) => void
}

/** What people do with messages. It stays the same object, so that no message is drawn again for it. */
export function useMessageActions(chat: Chat, doors: Doors): AllActions {
  return useMemo(() => actionsOf(chat, doors), [chat])
}

function actionsOf(chat: Chat, { ask, edit }: Doors): AllActions {
  const actions: MessageActions = {
    me: chat.me,
    opensThreads: true,
    nameOf: (id) => chat.people.name(id),
    react: (message, name) => chat.posts.react(message, name),
    pick: (message) => ask({ is: 'emoji', put: (emoji) => chat.posts.react(message, emoji) }),
    thread: ({ about, channel, position }) =>
      chat.panels.openThread(channel, about?.as === 'reply' ? about.position : position),
    edit: (message) => {
      edit(message?.position)
      if (message === undefined) document.getElementById('text')?.focus()
    },
    save: (message, text) => {
      edit(undefined)
      document.getElementById('text')?.focus()
      if (text.trim() === '') ask({ is: 'delete', message })
      else chat.posts.edit(message, text)
    },
    remove: (message) => ask({ is: 'delete', message }),
    copyLink: ({ channel, position }) => {
      const address = new URL(hashOfPlace({ channel, position }), document.baseURI).href
      // Browsers have a clipboard on https and localhost only, and may say no.
      const copied = navigator.clipboard?.writeText(address) ?? Promise.reject(new Error('none'))
      copied.then(
        () => chat.say('The link is copied.'),
        () => chat.say(address),
      )
    },
  }
  const press = (event: KeyboardEvent, message: ShownMessage, own: boolean) => {
    if (event.ctrlKey || event.metaKey || event.altKey || message.deleted === true) return
    const doing: Record<string, (() => void) | false> = {
      r: () => actions.thread(message),
      '+': () => actions.pick(message),
      l: () => actions.copyLink(message),
      e: own && (() => actions.edit(message)),
      Delete: own && (() => actions.remove(message)),
    }
    const action = doing[event.key.length === 1 ? event.key.toLowerCase() : event.key]
    if (!action) return
    event.preventDefault()
    action()
  }
  return { ...actions, press }
}
