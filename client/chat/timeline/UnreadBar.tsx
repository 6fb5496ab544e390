interface UnreadBarProps {
  /** How many messages are unread; 100 stands for that and more. */
  count: number
  jump: () => void
  dismiss: () => void
}

/** Leads to the first message that one has not read, if it is far up. */
export function UnreadBar({ count, jump, dismiss }: UnreadBarProps) {
  return (
    <div class="unread-bar" role="status">
      <span>
        {count >= 100 ? 'More than 99' : count} unread {count === 1 ? 'message' : 'messages'}
      </span>
      <button type="button" class="small-button" onClick={jump}>
        Jump to the first
      </button>
      <button type="button" class="small-button" onClick={dismiss}>
        Hide
      </button>
    </div>
  )
}
