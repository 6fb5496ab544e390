import type { Dispatcher } from 'undici'

export interface Question {
  path: string
  /** JSON to post; without it the request is a GET. */
  body?: string
}

export interface Answer {
  status: number
  bytes: number
}

/**
 * One request; undefined if its answer did not come whole. Not by node:http: the load shares a core with Postgres, and node:http takes
 * more of it for a page than Postgres, and stops for its garbage.
 */
export function ask(via: Dispatcher, { path, body }: Question): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const answer: Answer = { status: 0, bytes: 0 }
    const request = {
      path,
      method: body === undefined ? 'GET' : 'POST',
      body: body ?? null,
    } as const
    via.dispatch(
      { ...request, headers: body === undefined ? {} : JSON_HEADERS },
      {
        onRequestStart: () => {},
        onResponseStart: (_controller, status) => void (answer.status = status),
        onResponseData: (_controller, chunk) => void (answer.bytes += chunk.length),
        onResponseEnd: () => resolve(answer),
        onResponseError: () => resolve(undefined),
      },
    )
  })
}

const JSON_HEADERS = { 'Content-Type': 'application/json' }
