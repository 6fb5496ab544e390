import { Client } from 'pg'

/**
 * Above the server's own limit: this is for a connection that went silent, on which the server's answer never comes. Together with the
 * wait for a connection it bounds how long a post may hang: it gets 503 within about three seconds, or four if there are several servers.
 */
const ANSWER_MS = 2_500

type Done = (error?: Error | null, result?: unknown) => void

/**
 * The driver's client, with a bound for every answer. The driver has one too, but then each result stays in memory until a full
 * garbage collection: it assigns a function to a property, V8 takes such a function for old, and with it all that it refers to.
 */
export class BoundedClient extends Client {
  /** Of the queries that wait for their answers: several in a pipeline. */
  readonly #timers = new Set<NodeJS.Timeout>()

  // Its ways to be called have no common type.
  override query(
    config: unknown,
    values?: unknown,
    done?: unknown,
  ): ReturnType<typeof Reflect.apply> {
    if (isDone(values)) return this.query(config, undefined, values)
    if (!isDone(done)) {
      return new Promise((resolve, reject) => {
        const settle: Done = (error, result) => (error ? reject(error) : resolve(result))
        this.query(config, values, settle)
      })
    }
    let settle: Done | undefined = done
    const finish: Done = (error, result) => {
      clearTimeout(timer)
      this.#timers.delete(timer)
      // The connection is not silent: those behind begin to wait now.
      for (const other of this.#timers) other.refresh()
      const first = settle
      settle = undefined
      first?.(error, result)
    }
    // The text by which a lost answer is known. The pool closes the connection of a query that failed; but a pipeline would wait with that
    // for the answers to all that was sent.
    const timer = setTimeout(() => {
      finish(new Error('Query read timeout'))
      if (this.pipeline) this.connection.stream.destroy()
    }, ANSWER_MS)
    this.#timers.add(timer)
    // oxlint-disable-next-line typescript/unbound-method
    return Reflect.apply(super.query, this, [config, values, finish])
  }
}

function isDone(value: unknown): value is Done {
  return typeof value === 'function'
}
