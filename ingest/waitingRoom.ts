interface Size {
  posts: number
  bytes: number
}

/** Half of what the broker lets a client leave unacknowledged, in bytes; and so many posts take some ten megabytes here. */
const MOST: Size = { posts: 10_000, bytes: 8_388_608 }

/**
 * The room in one session for posts that wait for a log that is away, while posts for others come in. Each log has the same share. With
 * one log there are no others: then the broker sends no more than usual, and all of that may wait.
 *
 * It is the session's, not the process's: a session that another ingest takes over brings the posts that waited, and they must fit.
 */
export class WaitingRoom {
  /** How many more posts than usual the broker may send. */
  readonly most: number
  readonly #share: Size
  /** By log. */
  readonly #taken = new Map<number, Size>()
  #posts = 0

  constructor(logs: number, { posts, bytes } = MOST) {
    this.most = logs === 1 ? 0 : posts
    this.#share =
      logs === 1
        ? { posts: Infinity, bytes: Infinity }
        : { posts: posts / logs, bytes: bytes / logs }
  }

  /** How many are in it, of all logs. */
  get posts(): number {
    return this.#posts
  }

  /** False if the log's share is taken. Who is let in must leave. */
  enter(log: number, bytes: number): boolean {
    const taken = this.#takenBy(log)
    if (taken.posts + 1 > this.#share.posts || taken.bytes + bytes > this.#share.bytes) return false
    this.#change(log, 1, bytes)
    return true
  }

  leave(log: number, bytes: number): void {
    this.#change(log, -1, -bytes)
  }

  #change(log: number, posts: number, bytes: number): void {
    const taken = this.#takenBy(log)
    this.#taken.set(log, { posts: taken.posts + posts, bytes: taken.bytes + bytes })
    this.#posts += posts
  }

  #takenBy(log: number): Size {
    return this.#taken.get(log) ?? { posts: 0, bytes: 0 }
  }
}
