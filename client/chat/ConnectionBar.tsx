import { useEffect, useState } from 'preact/hooks'
import { connectionLabel, connectionReason, countdownLabel, recoveredLabel } from './labels.ts'
import type { Connection } from '../sdk/connection.ts'

interface ConnectionBarProps {
  connection: Connection
  /** How many messages came after it was back; undefined if there is nothing to tell. */
  recovered: number | undefined
  retryNow: () => void
}

/** The state of the connection in words, why it is so, and a button that does not wait. While all is well, it is only a line for the screen reader. */
export function ConnectionBar({ connection, recovered, retryNow }: ConnectionBarProps) {
  const label = connectionLabel(connection)
  const reason = connectionReason(connection)
  const { retryInMs } = { retryInMs: 0, ...connection }
  const countdown = useCountdown(retryInMs, connection)
  const quiet = connection.is === 'live' && connection.reason === undefined
  return (
    <div
      id="connection"
      data-state={connection.is}
      class={quiet && recovered === undefined ? 'quiet' : ''}
      title={[label, reason].filter(Boolean).join('. ')}
    >
      <p role="status">
        <span id="connection-label">{label}</span>
        {!quiet && reason !== '' && <span id="connection-reason">. {reason}</span>}
        {recovered !== undefined && <span>. {recoveredLabel(recovered)}</span>}
      </p>
      {/* Of its own, so that it is not read aloud each second. */}
      <span id="connection-countdown" aria-hidden="true">
        {countdown}
      </span>
      {connection.is === 'reconnecting' && countdown !== '' && (
        <button type="button" class="small-button" onClick={retryNow}>
          Try now
        </button>
      )}
    </div>
  )
}

/** Counts on the clock that nobody sets. `since` changes when the time is a new one. */
function useCountdown(ms: number, since: unknown): string {
  const [left, setLeft] = useState(ms)
  useEffect(() => {
    const end = performance.now() + ms
    setLeft(ms)
    if (ms <= 0) return
    const timer = setInterval(() => setLeft(end - performance.now()), 500)
    return () => clearInterval(timer)
  }, [since])
  return countdownLabel(left)
}
