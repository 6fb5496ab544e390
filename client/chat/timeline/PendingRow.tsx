import { Avatar } from '../Avatar.tsx'
import { Text } from '../text/Text.tsx'
import { SenderName } from './MessageRow.tsx'
import type { Pending } from './conversation.ts'
import type { Sender } from '../../../contract/message.ts'

interface PendingRowProps {
  pending: Pending
  sender: Sender
  first: boolean
  handle: string
  retry: (key: string) => void
  discard: (key: string) => void
}

/** A message that is being sent, or was not. */
export function PendingRow({ pending, sender, first, handle, retry, discard }: PendingRowProps) {
  const { key, text, failure } = pending
  const names = ['message', 'own', first && 'first', failure === undefined ? 'pending' : 'failed']
  return (
    <li class={names.filter(Boolean).join(' ')}>
      {first ? <Avatar sender={sender} /> : <span />}
      <div class="content">
        {first && (
          <p class="sender">
            <SenderName sender={sender} />
          </p>
        )}
        <Text text={text} handle={handle} />
        {failure === undefined ? (
          <span class="time">Sending…</span>
        ) : (
          <p class="failure" role="alert">
            {`Not sent. ${failure} `}
            <button type="button" onClick={() => retry(key)}>
              Try again
            </button>{' '}
            <button type="button" onClick={() => discard(key)}>
              Discard
            </button>
          </p>
        )}
      </div>
    </li>
  )
}
