import type { Response } from 'express'

/** Writes an answer. The next chunk is asked for when the one before has left; none if the reader has gone. */
export async function writeChunks(
  response: Response,
  chunks: AsyncGenerator<string>,
): Promise<void> {
  for await (const chunk of chunks) {
    if (!response.write(chunk)) await left(response)
    if (response.closed) return
  }
  response.end()
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
