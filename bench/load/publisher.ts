import { clock } from './messages.ts'
import type { LoadClient } from './loadClient.ts'

/** Sends messages to the server under test, over the path that its deployment would use. */
export interface Publisher {
  /** A call need not wait for the one before. Posting over one connection in order, it must. */
  readonly isConcurrent?: boolean
  /** Sends one message for each time, in order; resolves when the server has accepted them. */
  publish: (sentAt: readonly bigint[]) => Promise<void>
  close: () => Promise<void>
}

/** The most that the bridge appends in one step. */
const MOST_AT_ONCE = 500

/** The progress of one load client, or of several together. */
export interface Progress {
  /** Messages that all of their streams have, since the start. */
  readonly complete: number
  /** Resolves when more are complete, or after a moment. */
  progress: () => Promise<void>
}

/** Keeps `window` messages in flight for some seconds: as fast as they are taken, and no faster. Returns how many it published. */
export async function saturate(
  publisher: Publisher,
  client: Progress,
  { window, seconds }: { window: number; seconds: number },
): Promise<number> {
  const deadline = Date.now() + seconds * 1_000
  const before = client.complete
  let published = 0
  while (Date.now() < deadline) {
    const room = Math.min(window - (published - (client.complete - before)), MOST_AT_ONCE)
    if (room <= 0) {
      await client.progress()
      continue
    }
    await publisher.publish(times(room, clock()))
    published += room
  }
  return published
}

/**
 * Publishes at a fixed rate for some seconds, whether messages are taken or not. A message's time is when it was due, not when it was
 * sent: otherwise a server that stalls would make fewer of them late. Returns how many it published.
 */
export async function pace(
  publisher: Publisher,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<number> {
  const start = clock()
  const interval = BigInt(Math.round(1e9 / perSecond))
  const total = Math.round(perSecond * seconds)
  const sent: Promise<void>[] = []
  const failures: unknown[] = []
  let published = 0
  while (published < total && failures.length === 0) {
    const due: bigint[] = []
    const now = clock()
    while (published + due.length < total && due.length < MOST_AT_ONCE) {
      const time = start + interval * BigInt(published + due.length)
      if (time > now) break
      due.push(time)
    }
    published += due.length
    if (due.length > 0) {
      const publishing = publisher.publish(due)
      if (publisher.isConcurrent !== true) {
        await publishing
        continue
      }
      sent.push(publishing.catch((error) => void failures.push(error)))
    }
    await pause(1)
  }
  await Promise.all(sent)
  if (failures.length > 0) throw failures[0]
  return published
}

/** Sends one message at a time: the next one after the last has reached all streams, and a pause. Returns `count`. */
export async function oneByOne(
  publisher: Publisher,
  client: LoadClient,
  { count, pauseMs }: { count: number; pauseMs: number },
): Promise<number> {
  for (let sent = 0; sent < count; sent++) {
    const before = client.complete
    await publisher.publish([clock()])
    if (!(await client.completed(before + 1, 10_000))) throw new Error('a message was lost')
    await pause(pauseMs)
  }
  return count
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function times(count: number, time: bigint): bigint[] {
  return Array.from({ length: count }, () => time)
}
