import type { Socket } from 'node:net'
import type { Frame } from '../hub/frame.ts'
import type { Batch } from '../hub/replayBuffer.ts'

/** The end of an event before its id, which comes last; see `renderMessageEvent`. */
const ID_LINE = '\nid:'

/**
 * Writes a batch with ids of the stream's own. All other bytes are those of every stream that does so. False if the socket holds
 * more than it should.
 */
export function writeWithIds(
  socket: Socket,
  batch: Batch<Frame>,
  idOf: (position: number) => string,
): boolean {
  batch.bodies ??= batch.items.map(bodyOf)
  let isTaken = true
  socket.cork()
  for (const [index, { position }] of batch.items.entries()) {
    socket.write(batch.bodies[index] ?? '')
    isTaken = socket.write(`${idOf(position)}\n\n`, 'latin1')
  }
  socket.uncork()
  return isTaken
}

function bodyOf({ text }: Frame): Buffer {
  return Buffer.from(text.slice(0, text.lastIndexOf(ID_LINE) + ID_LINE.length))
}
