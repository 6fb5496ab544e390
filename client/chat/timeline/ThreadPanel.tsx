import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { useStores } from '../store.ts'
import { MessageRow } from './MessageRow.tsx'
import { PendingRow } from './PendingRow.tsx'
import type { Thread } from './thread.ts'
import { rowsOf } from './timelineRows.ts'
import type { MessageActions } from './Toolbar.tsx'
import type { Sender } from '../../../contract/message.ts'

interface ThreadPanelProps {
  thread: Thread
  me: string
  sender: Sender
  handle: string
  editing: number | undefined
  actions: MessageActions
  retry: (key: string) => void
  discard: (key: string) => void
  /** The box for a reply. */
  children: ComponentChildren
}

/** A message and the replies to it. */
export function ThreadPanel(props: ThreadPanelProps) {
  const { thread, me, sender, handle, editing, actions, retry, discard, children } = props
  useStores(thread)
  const [active, setActive] = useState<string>()
  const end = useRef<HTMLDivElement>(null)
  const { message, state, conversation, pending } = thread
  const count = conversation.messages.length + pending.length
  useLayoutEffect(() => end.current?.scrollIntoView({ block: 'nearest' }), [count])
  const root = message && {
    key: 'root',
    message,
    own: message.sender.id === me,
    first: true,
    stamp: stampOf(message),
  }
  const replies = rowsOf(conversation, me).flatMap((row) => (row.kind === 'message' ? [row] : []))
  const activate = (event: Event) => {
    const row = event.target instanceof Element ? event.target.closest('[data-key]') : null
    setActive(row instanceof HTMLElement ? row.dataset.key : undefined)
  }
  return (
    <>
      <div class="panel-body">
        {typeof state === 'object' && (
          <p class="edge" role="alert">
            The thread did not load. {state.failure}{' '}
            <button type="button" onClick={() => void thread.load()}>
              Try again
            </button>
          </p>
        )}
        <ol
          class="thread"
          aria-label="Thread"
          aria-busy={state === 'loading'}
          onMouseOver={activate}
          onFocusIn={activate}
        >
          {[...(root ? [root] : []), ...replies].map((row) => (
            <MessageRow
              key={row.key}
              rowKey={row.key}
              stamp={row.stamp}
              message={row.message}
              own={row.own}
              first={row.first}
              active={row.key === active}
              tabStop
              editing={editing === row.message.position}
              target={false}
              handle={handle}
              actions={actions}
            />
          ))}
          {pending.map((each) => (
            <PendingRow
              key={each.key}
              pending={each}
              first
              {...{ sender, handle, retry, discard }}
            />
          ))}
        </ol>
        {!conversation.complete && state === 'idle' && (
          <p class="edge">
            <button type="button" onClick={() => void thread.load()}>
              Show older replies
            </button>
          </p>
        )}
        <div ref={end} />
      </div>
      {children}
    </>
  )
}

function stampOf(message: object): string {
  return JSON.stringify(message)
}
