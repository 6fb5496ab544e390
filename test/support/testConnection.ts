import { Cursor } from '../../contract/cursor.ts'
import { Connection } from '../../gateway/events/connection.ts'
import { renderMessage, type Frame } from '../../gateway/hub/frame.ts'
import { JointSubscription } from '../../gateway/hub/jointSubscription.ts'
import { Subscription } from '../../gateway/hub/subscription.ts'
import { entry } from './testRedis.ts'
import { TestSocket } from './testSocket.ts'
import { placeOf } from './unlimited.ts'

export const at = new Cursor('e1', 7)
export const HIGH_WATER_MARK = new TestSocket().writableHighWaterMark

/** A connection over a socket and a hub that record every call. */
export function openConnection({ connectionBufferBytes = 1e6, hasPlace = true } = {}) {
  const done: string[] = []
  const count = (name: string) => ({
    inc: ({ reason }: { reason: string }) => void done.push(`${name} ${reason}`),
  })
  const socket = new TestSocket()
  const metrics = {
    sent: { messages: 0 },
    gaps: count('gap'),
    resets: count('reset'),
    ends: count('end'),
    streams: { set: () => {} },
  }
  const connection = new Connection(
    socket,
    'HEAD\r\n\r\n',
    placeOf('10.0.0.1'),
    20_000,
    undefined,
    {
      hubs: {
        join: (names, start, sink) => {
          done.push(`join ${names.join()}`)
          return new Subscription<Frame>(at, [], start, sink)
        },
        joinAll: (_logs, _asked, sink) => new JointSubscription(sink, () => 99),
        leave: (_, now) => void done.push(`leave ${now}`),
        resumeAt: () => {
          done.push('resumeAt')
          return hasPlace ? at : undefined
        },
      },
      admission: { release: ({ address }) => void done.push(`release ${address}`) },
      metrics,
      connectionBufferBytes,
      retryMs: () => 1_500,
      now: () => 99,
      onSlow: () => void done.push('slow'),
      onClose: () => void done.push('closed'),
    },
  )
  return { connection, socket, done, metrics }
}

/** The message at a position of the channel `a`. */
export function frame(position: number, data = '"x"'): Frame {
  return renderMessage('e1', entry(position, position - 1, 'a', data))
}

/** One message that is slightly larger than this. */
export function ofBytes(count: number): { items: Frame[] } {
  return { items: [frame(1, JSON.stringify('x'.repeat(count)))] }
}
