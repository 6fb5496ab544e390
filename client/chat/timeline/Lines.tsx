import { useEffect, useState } from 'preact/hooks'
import { dayName } from './dateFormat.ts'
import { gapLabel } from '../labels.ts'
import type { Gap } from '../../sdk/timeline.ts'

/** The line above the messages of a day. It leads to another day. */
export function DayLine({ date, pick }: { date: Date; pick: () => void }) {
  const now = useToday()
  return (
    <li class="line day">
      <button type="button" title="Jump to a date" onClick={pick}>
        {dayName(date, now)}
      </button>
    </li>
  )
}

export function UnreadLine() {
  return (
    <li class="line unread">
      <span>New messages</span>
    </li>
  )
}

export function GapLine({ gap }: { gap: Gap }) {
  return (
    <li class="line gap">
      <span>{gapLabel(gap)}</span>
    </li>
  )
}

/** A page may be open for days: "Today" becomes "Yesterday" at midnight, or when a machine wakes. */
function useToday(): Date {
  const [now, setNow] = useState(() => new Date())
  useEffect(() => {
    const look = () =>
      setNow((last) => (last.getDate() === new Date().getDate() ? last : new Date()))
    const timer = setInterval(look, 60_000)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [])
  return now
}
