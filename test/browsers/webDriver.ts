import { setTimeout as sleep } from 'node:timers/promises'

interface Answer {
  value: unknown
}

/** A session at a WebDriver server (W3C). Commands are for the window that was chosen last, so each is given with its window. */
export class WebDriver {
  readonly #url: string
  #turn: Promise<unknown> = Promise.resolve()
  #window = ''

  private constructor(url: string) {
    this.#url = url
  }

  /** Waits until the server listens. */
  static async open(server: string, capabilities: object): Promise<WebDriver> {
    const body = { capabilities: { alwaysMatch: capabilities } }
    for (let tries = 0; ; tries += 1) {
      try {
        const { sessionId } = Object(await call('POST', `${server}/session`, body))
        return new WebDriver(`${server}/session/${String(sessionId)}`)
      } catch (error) {
        if (tries === 50) throw error
        await sleep(200)
      }
    }
  }

  async newWindow(): Promise<string> {
    const { handle } = Object(await this.#next('POST', '/window/new', { type: 'tab' }))
    return String(handle)
  }

  async window(): Promise<string> {
    return String(await this.#next('GET', '/window'))
  }

  /** A command in a window. */
  in(window: string, method: string, path: string, body?: object): Promise<unknown> {
    return this.#take(async () => {
      if (this.#window !== window) {
        await call('POST', `${this.#url}/window`, { handle: window })
        this.#window = window
      }
      return call(method, this.#url + path, body)
    })
  }

  /** Ends the session. */
  close(): Promise<unknown> {
    return this.#next('DELETE', '')
  }

  #next(method: string, path: string, body?: object): Promise<unknown> {
    return this.#take(() => call(method, this.#url + path, body))
  }

  /** One after the other. */
  #take(work: () => Promise<unknown>): Promise<unknown> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => {})
    return done
  }
}

async function call(method: string, url: string, body?: object): Promise<unknown> {
  const sent = method === 'POST' ? JSON.stringify(body ?? {}) : null
  const answer = await fetch(url, { method, body: sent })
  const { value }: Answer = JSON.parse(await answer.text())
  if (!answer.ok) throw new Error(`${method} ${url}: ${JSON.stringify(value).slice(0, 500)}`)
  return value
}
