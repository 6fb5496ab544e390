import type { Response } from 'express'

/**
 * Writes an answer. The next chunk is asked for when the one before has left; none if the reader has gone. The text that is returned is
 * the last: if it is the only one, the answer tells its length and leaves by one call of the system.
 */
export async function writeChunks(
  response: Response,
  chunks: AsyncGenerator<string, string | void>,
): Promise<void> {
  for (;;) {
    const { value, done } = await chunks.next()
    if (done === true) return void response.end(value ?? '')
    if (!response.write(value)) await left(response)
    if (response.closed) return void (await chunks.return())
  }
}

/** What was written has left, or its reader has. */
function left(response: Response): Promise<void> {
  return new Promise((resolve) => {
    if (response.closed) return resolve()
    const settle = (): void => {
      response.off('drain', settle).off('close', settle)
      resolve()
    }
    response.on('drain', settle).on('close', settle)
  })
}
