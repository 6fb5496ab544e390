import { useEffect, useState } from 'preact/hooks'
import type { Chat } from './chat.ts'
import { previewOf } from './preview.ts'
import { nameOf } from './senderLabel.ts'
import { useStores } from './store.ts'

/** A heap of messages is not read aloud for minutes. */
const MAX_SPOKEN = 300

/** Tells screen readers of the newest live message of others; the list itself is silent, because pages of history come and go in it. */
export function Announcer({ chat }: { chat: Chat }) {
  const arrivals = chat.shown?.arrivals
  useStores(arrivals)
  const last = arrivals?.last
  const [notice, setNotice] = useState('')
  useEffect(() => {
    setNotice(chat.notice)
    if (chat.notice === '') return
    const timer = setTimeout(() => chat.say(''), 6_000)
    return () => clearTimeout(timer)
  }, [chat.notice])
  const text = last && `${nameOf(last.sender)}: ${previewOf(last, MAX_SPOKEN)}`
  return (
    <>
      <p class="visually-hidden" id="announcer" role="status">
        {text}
      </p>
      <p class={notice === '' ? 'notice-hidden' : 'notice'} role="alert">
        {notice}
      </p>
    </>
  )
}
