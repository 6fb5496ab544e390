import type { Frame } from '../hub/frame.ts'
import type { Hubs } from '../hub/hubs.ts'
import type { Admission } from './admission.ts'
import type { Connection } from './connection.ts'

/** See GatewayMetrics. */
interface ConnectionMetrics {
  sent: { messages: number }
  gaps: { inc: (labels: { reason: string }) => void }
  resets: { inc: (labels: { reason: string }) => void }
  ends: { inc: (labels: { reason: string }) => void }
  streams: { set: (count: number) => void }
}

/** What all connections of a gateway have in common. */
export interface ConnectionOptions {
  hubs: Pick<Hubs<Frame>, 'join' | 'joinAll' | 'leave' | 'resumeAt'>
  admission: Pick<Admission, 'release'>
  metrics: ConnectionMetrics
  /** Bytes that may wait for one reader; above that it is cut, and resumes by its id. */
  connectionBufferBytes: number
  /** Milliseconds after which a reader comes back, different for each. */
  retryMs: () => number
  /** The clock that the hub is told of. */
  now: () => number
  /** The reader has not taken everything: look at it from time to time. */
  onSlow: (connection: Connection) => void
  onClose: (connection: Connection) => void
}
