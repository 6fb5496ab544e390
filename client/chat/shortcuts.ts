import { useLayoutEffect } from 'preact/hooks'
import { stepChannel } from './channelActions.ts'
import type { Chat } from './chat.ts'

/** What the browser itself closes by Escape. */
const OPEN = 'dialog[open], :popover-open'

/** The keys that work everywhere in the chat. */
export function useShortcuts(chat: Chat, help: () => void): void {
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector(OPEN) !== null) return
      const action = actionOf(event, chat, help)
      if (action === undefined) return
      event.preventDefault()
      action()
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [chat])
}

function actionOf(event: KeyboardEvent, chat: Chat, help: () => void): (() => void) | undefined {
  const { key, shiftKey, altKey } = event
  const control = event.ctrlKey || event.metaKey
  if (control && key === '/') return help
  if (control && !shiftKey && key.toLowerCase() === 'k') return () => focus('channel')
  if (control && shiftKey && key.toLowerCase() === 'f') return () => chat.panels.openSearch()
  if (altKey && key === 'ArrowDown') return () => stepChannel(chat, 1, shiftKey)
  if (altKey && key === 'ArrowUp') return () => stepChannel(chat, -1, shiftKey)
  if (control || altKey || isWriting(event.target)) {
    return key === 'Escape' ? () => leave(chat) : undefined
  }
  if (key === '?') return help
  return key === 'Escape' ? () => leave(chat) : undefined
}

/** Closes the panel, and leads back to the message box. */
function leave(chat: Chat): void {
  chat.panels.close()
  focus('text')
}

function focus(id: string): void {
  document.getElementById(id)?.focus()
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
}
