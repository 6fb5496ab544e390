/**
 * Waits for `work`, but no longer than `milliseconds`: then rejects with an error that says what took too long. The work
 * itself goes on, and what becomes of it is ignored.
 */
export async function within<T>(milliseconds: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    const late = (): void => reject(new Error(`${what} took longer than ${milliseconds} ms`))
    timer = setTimeout(late, milliseconds)
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}
